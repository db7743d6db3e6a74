import { expect, test } from 'vitest'
import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import { answerRows, parentRows, type Rows } from '../support/hubspot/resource-answers.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'
import { openResourcePortal, type ResourcePortal } from '../support/resource-portal.ts'

/** `ROWS=100000 npx vitest run test/resources/flat-memory.test.ts` prints the growth of the heap as well. */
const leastRows = Number(process.env['ROWS'] ?? 800)
const isMeasured = process.env['ROWS'] !== undefined
const batchRows = isMeasured ? 1_000 : 50
const mebibyte = 1_048_576

/** One answer has all of them, or they have one row. */
const short = ['currency', 'association_limit']
/** A call for each row, as one campaign has one report. */
const rowsOfParents = 200

/** More than may wait at once. */
function rowsOf({ versions }: Resource): number {
  const page = versions[0]?.page
  return Math.max(leastRows, page === undefined || page.kind === 'none' ? 0 : 4 * page.size)
}

function heap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function readAll(portal: ResourcePortal, resource: Resource) {
  const parent = parentRows(resource, rowsOfParents)
  const script = { resource, size: rowsOf(resource), given: {} }
  let current: Rows = parent ?? script
  await using hubspot = await scriptHubSpot((request) => answerRows(request, current))
  let [waiting, most, largestPage, peak] = [0, 0, 0, 0]
  const options = { hubspot: hubspot.settings, batchRows, concurrency: 1 }
  if (parent !== null) await portal.sync(parent.resource.name, options)
  current = script
  const before = heap()
  const report = await portal.sync(resource.name, {
    ...options,
    onEvent(event) {
      if (event.type === 'page_read') {
        waiting += event.records
        largestPage = Math.max(largestPage, event.records)
      }
      if (event.type === 'batch_written') waiting -= event.records
      most = Math.max(most, waiting)
      if (isMeasured) peak = Math.max(peak, process.memoryUsage().heapUsed)
    },
  })
  return { report, most, largestPage, heapMiB: Math.round((peak - before) / mebibyte) }
}

test.each(resources.filter(({ name }) => !short.includes(name)))(
  '$name: rows are written while further ones are read',
  async (resource) => {
    await using portal = await openResourcePortal()
    const { report, most, largestPage, heapMiB } = await readAll(portal, resource)
    expect(report).toMatchObject({ outcome: 'succeeded', error: null, rejectedValues: 0 })
    expect(report.inserted).toBeGreaterThanOrEqual(
      resource.versions[0]?.items === '' ? rowsOfParents : rowsOf(resource),
    )
    const allowed = 3 * Math.max(batchRows, largestPage)
    expect(most).toBeLessThanOrEqual(allowed)
    // A single answer waits as a whole.
    if (report.inserted > largestPage) expect(report.inserted).toBeGreaterThan(allowed)
    if (isMeasured) {
      process.stdout.write(
        `${resource.name} ${report.inserted} ${report.seconds}s +${heapMiB} MiB\n`,
      )
    }
  },
  600_000,
)
