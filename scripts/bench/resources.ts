import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { render } from '../../generator/render/render.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import { parentRows } from '../../test/support/hubspot/resource-answers.ts'
import { resourceEntity, resourcePortalId } from '../../test/support/resource-entity.ts'
import { type Child, startChild } from './child.ts'
import { type BenchOptions, type Figure, formatCount, median, medianOf } from './figure.ts'
import { type BenchDatabase, startPostgres } from './postgres.ts'
import type { RowsOrder } from './resource-answers-process.ts'
import type { ResourceFacts } from './resource-process.ts'

const mebibyte = 1_048_576

/** Resources that can have many rows: not those that HubSpot sends in a single answer. */
const large = resources.filter(
  ({ versions, parent }) => versions[0]?.page.kind !== 'none' || parent !== undefined,
)

/** A row of these takes a call of its own, so that a tenth of the rows are enough. */
function costsCalls({ versions }: Resource): boolean {
  return versions.some(({ items, detail }) => items === '' || detail !== undefined)
}

interface Portal {
  readonly child: Child
  readonly environment: Readonly<Record<string, string>>
}

/** Peak memory of a first sync of each resource, as the number of rows grows. */
export async function benchResources(options: BenchOptions): Promise<readonly Figure[]> {
  const most = options.records ?? 100_000
  await using postgres = await startPostgres()
  await using child = startChild('resource-answers-process.ts', { input: {} })
  const { baseUrl, token } = await child.answer<{ baseUrl: string; token: string }>()
  const portal = { child, environment: { HUBSPOT_API_URL: baseUrl, HUBSPOT_API_TOKEN: token } }
  const figures: Figure[] = []
  const growth: number[] = []
  let highest = 0
  for (const resource of large) {
    const rows = costsCalls(resource) ? most / 10 : most
    const measureAt = async (size: number, rounds: number) => {
      const samples: ResourceFacts[] = []
      for (let round = 0; round < rounds; round += 1) {
        const database = await postgres.createDatabase()
        await createTables(database)
        samples.push(await measure(resource, size, portal, database))
      }
      return samples
    }
    const few = medianOf(await measureAt(rows / 10, 1), ({ peakRssBytes }) => peakRssBytes)
    const samples = await measureAt(rows, options.rounds)
    const peak = medianOf(samples, ({ peakRssBytes }) => peakRssBytes)
    const [{ report } = { report: null }] = samples
    const speed = medianOf(samples, ({ report: { inserted, seconds } }) => inserted / seconds)
    growth.push(peak / few)
    highest = Math.max(highest, peak)
    const figure = {
      what: `${resource.name}: ${formatCount(report?.inserted ?? 0)} rows, ${formatCount(report?.calls ?? 0)} calls`,
      median: `${(peak / mebibyte).toFixed(0)} MiB, ${(peak / few).toFixed(2)} × that of a tenth, ${formatCount(speed)} rows/s`,
    }
    options.note(`${figure.what}: ${figure.median}`)
    figures.push(figure)
  }
  return [
    { what: 'highest peak RSS', median: megabytes(highest), bound: '≤ 300 MB (286 MiB)' },
    {
      what: 'peak RSS against that of a tenth of the rows, median of all',
      median: `${median(growth).toFixed(2)} ×`,
      bound: '≤ 1.15 ×',
    },
    ...figures,
  ]
}

function megabytes(bytes: number): string {
  return `${(bytes / mebibyte).toFixed(0)} MiB`
}

async function createTables({ url }: BenchDatabase): Promise<void> {
  const found = resources.map(({ name }) => ({ name, version: null, refused: null }))
  const files = render([], [], {
    portal: { id: resourcePortalId },
    schema: 'hubspot',
    resources: found,
  })
  const migrations = [...files]
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql }))
  await using database = await openDatabase(readDatabaseSettings({ DATABASE_URL: url }, tmpdir()))
  await migrate(database, migrations)
}

async function measure(
  resource: Resource,
  size: number,
  portal: Portal,
  database: BenchDatabase,
): Promise<ResourceFacts> {
  const parents = parentRows(resource, size)
  if (parents !== null) {
    const { given, size: count } = parents
    await read(
      parents.resource.name,
      { name: parents.resource.name, size: count, given },
      portal,
      database,
    )
  }
  return await read(resource.name, { name: resource.name, size, given: {} }, portal, database)
}

async function read(
  name: string,
  rows: RowsOrder,
  { child, environment }: Portal,
  { url }: BenchDatabase,
): Promise<ResourceFacts> {
  child.send(rows)
  await child.answer()
  const directory = mkdtempSync(join(tmpdir(), 'hubgen-bench-run-'))
  try {
    await using process = startChild('resource-process.ts', {
      input: { entity: resourceEntity(name) },
      runtime: 'built',
      environment: { ...environment, DATABASE_URL: url },
      directory,
    })
    return await process.answer<ResourceFacts>()
  } finally {
    rmSync(directory, { recursive: true })
  }
}
