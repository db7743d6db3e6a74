import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { describeStatus } from '../../generator/cli/status/describe-status.ts'
import type { CopyStatus } from '../../runtime/monitoring/copy-status.ts'
import { neverSynced } from '../../runtime/monitoring/read-status.ts'
import { describeVerdict } from '../../runtime/monitoring/verdict/describe-verdict.ts'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { deals: 20, tickets: 10 } })
  database = await createDatabase()
  await typed('explore', 'deals', 'tickets')
  await typed('generate', 'deals', 'tickets')
})

beforeEach(() => {
  project.environment['DATABASE_URL'] = database.url
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function typed(...args: readonly string[]): Promise<void> {
  const { exitCode, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
}

async function jsonOf(...args: readonly string[]) {
  const { exitCode, out, err } = await project.hubgen('status', '--json', ...args)
  expect(err).toBe('')
  return { exitCode, document: JSON.parse(out) }
}

test('without a database nothing was synced, and none is made to say so', async () => {
  delete project.environment['DATABASE_URL']
  expect(await project.hubgen('status')).toEqual({
    exitCode: 1,
    out: `entity   state         rows  synced  fresh  quarantine  drift  checks
deals    never synced     -       -      -           0      -       -
tickets  never synced     -       -      -           0      -       -

API today (Europe/Berlin): 0 calls by hubgen
nothing was synced yet: deals, tickets
next: hubgen sync deals tickets
`,
    err: '',
  })
  expect(existsSync(join(project.directory, '.hubgen/postgres'))).toBe(false)
})

test('an empty database stays empty', async () => {
  expect((await jsonOf()).document).toMatchObject({
    healthy: false,
    problems: [
      { kind: 'never', entity: 'deals', command: 'hubgen sync deals' },
      { kind: 'never', entity: 'tickets', command: 'hubgen sync tickets' },
    ],
  })
  expect(
    await database.query(`SELECT nspname FROM pg_namespace WHERE nspname IN ('hubgen', 'hubspot')`),
  ).toEqual([])
})

test('after a sync all is well, until it is not', async () => {
  await typed('migrate')
  await typed('sync', 'deals')
  const { exitCode, out } = await project.hubgen('status', 'deal')
  expect(exitCode).toBe(0)
  expect(out).toMatch(/^deals {3}up to date {4}20 +\d+ (?:s|min) +\d+ (?:s|min) +\d+ {6}- {7}-$/m)
  expect(out).toMatch(/^API today \(Europe\/Berlin\): \d+ calls by hubgen/m)
  expect(out).toMatch(/^all is well$/m)
  const well = await jsonOf('deals')
  expect(well).toMatchObject({
    exitCode: 0,
    document: {
      healthy: true,
      problems: [],
      entities: [
        {
          entity: 'deals',
          table: 'hubspot.deal',
          label: 'Deals',
          state: 'ok',
          rows: { live: 20, deleted: 0, estimated: false },
          running: null,
          lastRun: { mode: 'full', outcome: 'succeeded', startedAt: expect.stringMatching(/Z$/) },
          drift: null,
        },
      ],
      totals: { states: { ok: 1 } },
    },
  })
  // A copy of an hour ago, with a lower maximum age.
  await database.query(`UPDATE hubgen.pass SET fresh_as_of = now() - interval '1 hour'`)
  expect((await jsonOf('deals', '--max-age', '2h')).exitCode).toBe(0)
  const stale = await project.hubgen('status', 'deals', '--max-age', '59m')
  expect(stale).toMatchObject({
    exitCode: 1,
    out: expect.stringContaining(
      'deals: the copy is too old: it shows HubSpot as it was 60 min ago\nnext: hubgen sync',
    ),
  })
})

test('the worst is what to do next: a sync that failed, before checks and drift', async () => {
  await database.query(`
    INSERT INTO hubgen.drift (entity, looked_at, drifts)
      VALUES ('deals', now(), '[{"kind":"column_extra","severity":"schema","text":"a"}]');
    INSERT INTO hubgen.check_result (entity, checked_at, check_name, subject, passed)
      VALUES ('deals', now(), 'completeness', 'amount', false);
    INSERT INTO hubgen.run (entity, mode, outcome, error, finished_at)
      VALUES ('tickets', 'full', 'failed', E'TOKEN_REJECTED: no\\n\\u001b[31m way', now())`)
  const { exitCode, out } = await project.hubgen('status')
  expect(exitCode).toBe(1)
  expect(
    out.slice(out.indexOf('tickets: ')),
  ).toBe(`tickets: the last sync failed: TOKEN_REJECTED: no \\u001B[31m way
deals: 1 check failed
deals: 1 difference in columns or files, according to the last diff
next: hubgen doctor tickets
`)
  for (const columns of [80, 60]) linesOnTerminal(out, columns)
  await database.query('DELETE FROM hubgen.drift; DELETE FROM hubgen.check_result')
})

test('entities of the configuration that are not generated do not hide the others', async () => {
  await project.write('hubgen.config.ts', `export default { entities: ['deals', 'contacts'] }`)
  const { exitCode, out, err } = await project.hubgen('status')
  expect({ exitCode, err }).toEqual({ exitCode: 1, err: '' })
  expect(out).toMatch(/^deals +up to date /m)
  expect(out).toContain(
    '\nin hubgen.config.ts, but not generated: contacts\nnot part of --all: tickets; their tables stay as they are, and `hubgen sync` reads them by name\nnext: hubgen explore contacts\n',
  )
  const { problems } = JSON.parse((await project.hubgen('status', '--json')).out)
  expect(problems).toEqual([
    { kind: 'not_generated', entity: 'contacts', command: 'hubgen explore contacts' },
  ])
  await rm(join(project.directory, 'hubgen.config.ts'))
})

test('a run is shown with its bar, its pace and what it waits for', async () => {
  await database.query(`
    WITH run AS (
      INSERT INTO hubgen.run (entity, mode, started_at)
      VALUES ('deals', 'full', now() - interval '90 seconds') RETURNING id
    ), lease AS (
      INSERT INTO hubgen.lease (entity, run_id, holder, expires_at, cancel_requested_at)
      SELECT 'deals', id, 'process 4711', now() + interval '1 day', now() FROM run
    )
    INSERT INTO hubgen.event (run_id, number, at, type, body)
    SELECT id, number, now() - make_interval(secs => 2 - number), 'progress', jsonb_build_object(
      'pass', 'records', 'read', number * 1000, 'total', 8000, 'calls', number, 'daily', jsonb_build_object(
        'permitted', 500000, 'remaining', 499000), 'waiting', 'HubSpot 502, retrying in 4 s')
    FROM run, generate_series(1, 2) AS number`)
  const { out } = await project.hubgen('status', 'deals')
  expect(out).toMatch(/^ {2}run \d+ \(full\) of process 4711, for \d+ (s|min)$/m)
  expect(out).toContain(`
  █████░░░░░░░░░░░░░░░ 25%, all records: 2,000/8,000 read, 1,000/s, 6 s left
  waiting: HubSpot 502, retrying in 4 s
  cancellation was requested
`)
  expect(out).toMatch(/; 499,000 of 500,000 left, reported by HubSpot \d+ (?:s|min) ago$/m)
})

test.each([
  [['status', 'dealz'], 'error[UNKNOWN_ENTITY]: there is no entity `dealz`'],
  [['status', '--max-age', 'soon'], 'error[USAGE]: `--max-age` takes a time such as `26h`'],
  [['status', '--max-age', '0h'], 'error[USAGE]: `--max-age` takes'],
  [['status', '--jsn'], 'has no option `--jsn`'],
  [['status', '-d', 'elsewhere'], 'error[GENERATED_MISSING]: no entity is generated yet'],
])('%j could not look', async (args, error) => {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  expect(err).toContain(error)
})

test('a database that does not answer could not be looked at', async () => {
  project.environment['DATABASE_URL'] = 'postgres://nobody@127.0.0.1:1/none'
  const { exitCode, out, err } = await project.hubgen('status')
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  expect(err).toContain('error[DATABASE_UNREACHABLE]')
})

test('no name is cut or broken, however long names and numbers are', () => {
  const noon = new Date('2026-11-20T12:00:00Z')
  const names = ['p8100142_very_long_name_of_a_custom_object_with_words', 'line_items']
  const entities = names.map((name) => ({ name, table: 'a.b' as const }))
  const plain = neverSynced(entities, { now: noon })
  const status: CopyStatus = {
    ...plain,
    entities: plain.entities.map((one) => ({
      ...one,
      state: 'interrupted',
      rows: { live: 123_456_789, deleted: 0, estimated: true },
      freshness: { asOf: null, ageSeconds: 7_199, oldest: null, parts: [] },
      quarantine: { values: 12_345_678, records: 0 },
      drift: { lookedAt: noon, grave: 1_234, lesser: 0 },
      checks: { checkedAt: noon, passed: 0, failed: 12, unjudged: 0 },
    })),
  }
  const lines = describeStatus(status, describeVerdict(status)).map(stripVTControlCharacters)
  expect(lines[1]).toMatch(
    /^p8100142_very_long_name_of_a_custom_object_with_words {2}interrupted {2}~123,456,789 .* 1,234 {2}12 bad$/,
  )
  expect(lines[2]).toMatch(/^line_items +interrupted /)
  for (const columns of [80, 60]) linesOnTerminal(lines.join('\n'), columns)
})
