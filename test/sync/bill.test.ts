import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { TestClock } from '../support/simulator.ts'

const dailyCalls = 400
const dayMs = 24 * 3_600_000
const clock = new TestClock()
let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({
    records: { tickets: 1_000, deals: 300 },
    limits: { burst: 1_000, daily: dailyCalls, search: 1_000 },
    clock,
  })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  // The number of columns does not change the number of calls.
  await project.write('hubgen.config.ts', "export default { exclude: { '*': ['hs_*'] } }")
  await typed('explore', 'deals', 'tickets')
  await typed('generate', '--all')
  await typed('migrate')
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

beforeEach(() => {
  clock.advance(dayMs)
  project.simulator.requests.clear()
})

/** The output of a command that must succeed. */
async function typed(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect(err).toBe('')
  expect(exitCode).toBe(0)
  return out
}

const lastRun = async () =>
  (await database.query('SELECT * FROM hubgen.run ORDER BY id DESC LIMIT 1'))[0]
const countOf = async (table: string) =>
  (await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`))[0]?.count

describe('sync --plan', () => {
  test('says what it would cost before a record is read', async () => {
    const out = await typed('sync', 'deals', 'tickets', '--plan')
    expect(out).toMatch(/^deals → hubspot\.deal: full run .*, 297 records in HubSpot$/m)
    expect(out).toMatch(/^ {2}records +3 {2}GET \/crm\/objects\/2026-09\/0-3$/m)
    expect(out).toMatch(/^ {2}records +12 {2}GET \/crm\/objects\/2026-09\/0-5$/m)
    expect(out).toMatch(/^total: \d+ calls, about \d s$/m)
    expect(out).not.toMatch(/^ {2}\S* +0 /m)
    expect(out.match(/^ {2}owners /gm) ?? []).toHaveLength(1)
    expect(out).toMatch(/^ {2}at this portal's 1,000 calls per 10 s and 4.5 searches per second$/m)
    expect(out).toMatch(/^ {2}\d+\.\d % of the 39\d calls left today of 400$/m)
    expect(out).toContain('next: hubgen sync deals tickets\n')
    const { requests } = project.simulator
    expect(requests.of('list') + requests.of('batch_read')).toBe(0)
    expect(await database.query('SELECT FROM hubgen.run')).toEqual([])
  })

  test('gives programs a line per entity and one for all, and counts as the run does', async () => {
    const lines = (await typed('sync', 'tickets', '--plan', '--json')).trim().split('\n')
    const [plan, total] = lines.map((line) => JSON.parse(line))
    expect(plan).toMatchObject({ event: 'planned', entity: 'tickets', mode: 'full', records: 990 })
    expect(total).toMatchObject({
      event: 'planned_total',
      calls: plan.calls,
      limit: { permitted: 1_000, intervalMs: 10_000 },
      daily: { permitted: dailyCalls },
    })
  })

  test('says when it is more than may be made', async () => {
    const out = await typed('sync', 'tickets', '--plan', '--max-calls', '5')
    expect(out).toContain('more than --max-calls 5: the run will stop there')
    expect(out).toContain('next: hubgen sync tickets --max-calls 5\n')
  })
})

test('what is planned is about what is made, and exactly that when nothing is new', async () => {
  const planned = async () => {
    const [line = ''] = (await typed('sync', 'tickets', '--plan', '--json')).split('\n')
    return JSON.parse(line).calls
  }
  const made = async () => {
    project.simulator.requests.clear()
    await typed('sync', 'tickets')
    return project.simulator.requests.total
  }
  const everything = await planned()
  // Ranges end with pages that are not full, and links of a record may take more than one page.
  const share = (await made()) / everything
  expect(share).toBeGreaterThan(0.7)
  expect(share).toBeLessThan(1.3)
  const nothing = await planned()
  expect(nothing).toBeLessThanOrEqual(3)
  expect(await made()).toBe(nothing)
})

describe('sync stops cleanly and resumes', () => {
  beforeEach(() => database.query(`TRUNCATE hubspot.ticket, hubspot.deal, hubgen.run CASCADE`))

  test('at --max-calls, which all entities share and repeated calls count for', async () => {
    project.simulator.faults.add({ kind: 'error_500', route: 'list', after: 1 })
    const stopped = await project.hubgen('sync', 'tickets', 'deals', '--max-calls', '8')
    expect(project.simulator.requests.total).toBe(8)
    // A planned limit is no failure, and cron and status do not report it as one.
    expect({ exitCode: stopped.exitCode, err: stopped.err }).toEqual({ exitCode: 0, err: '' })
    expect(stopped.out).toMatch(/^! tickets {2}stopped at its limit {2}/m)
    expect(stopped.out).toContain('resumes')
    expect(stopped.out).toMatch(/^deals +not started$/m)
    expect(await lastRun()).toMatchObject({ outcome: 'limited', calls: '8', error: null })
    const read = await countOf('hubspot.ticket')
    expect(read).toBeGreaterThan(0)
    await typed('sync', 'tickets', 'deals')
    expect(await countOf('hubspot.ticket')).toBe(990)
    expect(await countOf('hubspot.deal')).toBe(297)
  })

  test('at --max-calls before an entity is begun, which leaves no failed run', async () => {
    await typed('sync', 'deals')
    const stopped = await project.hubgen('sync', 'deals', '--max-calls', '1')
    expect({ exitCode: stopped.exitCode, err: stopped.err }).toEqual({ exitCode: 0, err: '' })
    const status = await project.hubgen('status', 'deals')
    expect([status.exitCode, status.out]).toEqual([0, expect.stringContaining('all is well')])
  })

  test('at the daily limit, with the time at which it starts again', async () => {
    await leaveCalls(8)
    const stopped = await project.hubgen('sync', 'tickets', 'deals')
    expect(stopped.exitCode).toBe(1)
    expect(stopped.err).toMatch(
      /^error\[DAILY_LIMIT_REACHED\]: .* start again at \d{4}-\d\d-\d\dT2[23]:00:00.000Z \(midnight in Europe\/Berlin\)$/m,
    )
    expect(stopped.err).toContain('fix: run the command again after that')
    expect(stopped.out).toMatch(/^deals +not started$/m)
    expect(await lastRun()).toMatchObject({ outcome: 'partial', calls: '9' })
    const read = (await countOf('hubspot.ticket')) ?? 0
    expect(read).toBeGreaterThan(0)
    clock.advance(dayMs)
    await typed('sync', 'tickets', 'deals')
    expect(await countOf('hubspot.ticket')).toBe(990)
  })
})

test.each([['0'], ['-1'], ['many'], ['1.5']])('--max-calls %s is refused', async (text) => {
  const { exitCode, err } = await project.hubgen('sync', 'deals', `--max-calls=${text}`)
  expect(exitCode).toBe(1)
  expect(err).toContain(`takes a whole number from 1, found \`${text}\``)
})

/** Uses up what others would of today's calls. */
async function leaveCalls(count: number): Promise<void> {
  const { url, token } = project.simulator
  for (;;) {
    const { headers } = await fetch(`${url}/account-info/2026-09/details`, {
      headers: { Authorization: `Bearer ${token}` },
    })
    if (Number(headers.get('x-hubspot-ratelimit-daily-remaining')) <= count) return
  }
}
