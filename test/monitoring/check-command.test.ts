import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeNextStep, describeReport } from '../../generator/cli/check/describe-checks.ts'
import type { CheckReport } from '../../generator/project/check-entity.ts'
import type { CheckResult } from '../../runtime/monitoring/checks/judge-checks.ts'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { startHubgen } from '../support/run-hubgen.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { deals: 40, tickets: 10 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  await typed('explore', 'deals', 'tickets')
  await typed('generate', 'deals', 'tickets')
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function typed(...args: readonly string[]): Promise<void> {
  const { exitCode, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
}

async function couldNotLook(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen('check', ...args)
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' })
  return err
}

test('before there is a table it could not look, and says what to do', async () => {
  expect(await couldNotLook('deals')).toMatch(
    /^error\[TABLE_MISSING\]: there is no table `hubspot\.deal`\n.*\n {2}fix: run `hubgen migrate`/,
  )
  delete project.environment['DATABASE_URL']
  expect(await couldNotLook('deals')).toBe(
    'error[TABLE_MISSING]: there is no database yet\n' +
      '  fix: `hubgen migrate`, then `hubgen sync deals`; or set DATABASE_URL\n',
  )
  project.environment['DATABASE_URL'] = database.url
})

test('a table that was never filled fails, because it is not fresh', async () => {
  await typed('migrate')
  const { exitCode, out } = await project.hubgen('check', 'deals')
  expect(exitCode).toBe(1)
  expect(out).toMatch(/^FAILED +freshness +– +≤ 26 h +records \(never completed\)$/m)
  expect(out).toMatch(/\nchecks failed: deals\nnext: hubgen sync deals\n$/)
})

test('what was synced passes, by any name of the entity', async () => {
  await typed('sync', 'deals')
  const { exitCode, out, err } = await project.hubgen('check', 'Deal')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  expect(out).toMatch(
    /^deals: \d+ checks passed, \d+ not judged\nverdict {2}check +value +bound {2}of\n/,
  )
  expect(out).toMatch(/^ok +integrity +0% +≤ 0% {2}14 checks$/m)
  expect(out).toMatch(/^ok +freshness +\d+ (?:s|min) +≤ 26 h {2}records and 9 other parts$/m)
  expect(out).toMatch(/^– +completeness +\d+(\.\d)?% +– {2}property_dealname/m)
  expect(out).toMatch(/^\d+ properties measured, \d+ of them without any value$/m)
  expect(out).toMatch(/\n\nno check failed\n$/)
})

test('rows that HubSpot does not list, and that no run has marked, are reported with a command', async () => {
  await database.query(`INSERT INTO hubgen.pending_read (entity, part, record_id, reason, run_id)
    SELECT 'deals', 'records', min(deal.id), 'not_listed', max(run.id)
    FROM hubspot.deal, hubgen.run WHERE NOT is_deleted`)
  const { exitCode, out } = await project.hubgen('check', 'deals')
  expect(exitCode).toBe(1)
  expect(out).toMatch(
    /^FAILED +integrity +2\.\d% +≤ 0% {2}is_deleted is false and HubSpot lists no such record \(1 of \d+\)$/m,
  )
  expect(out).toMatch(/\nchecks failed: deals\nnext: hubgen sync deals\n$/)
  await database.query('TRUNCATE hubgen.pending_read')
})

test('red and green are a matter of the configuration, and programs read it', async () => {
  await database.query('UPDATE hubspot.deal SET property_amount = NULL WHERE id % 2 = 0')
  const bound = (percent: number) =>
    project.write(
      'hubgen.config.ts',
      `import { defineConfig } from 'hubgen/config'
       export default defineConfig({ quality: { deals: { completeness: { amount: ${percent} } } } })`,
    )
  await bound(1)
  expect((await project.hubgen('check', 'deals')).exitCode).toBe(0)
  await bound(99.5)
  const { exitCode, out } = await project.hubgen('check', 'deals', '--json')
  expect(exitCode).toBe(1)
  const document = JSON.parse(out)
  expect(document).toMatchObject({
    event: 'checked',
    entity: 'deals',
    table: 'hubspot.deal',
    checkedAt: expect.stringMatching(/Z$/),
    failed: 1,
  })
  const amount = document.results.find(({ subject }: CheckResult) => subject === 'property_amount')
  expect(amount).toMatchObject({ check: 'completeness', bound: 99.5, passed: false })
  const unread = startHubgen(project.directory, ['check', 'deals'], project.environment)
  unread.closeOutput()
  // As in `hubgen check deals | head -1`: the exit code stays the answer.
  expect({ exitCode: await unread.ended, errors: unread.errors() }).toEqual({
    exitCode: 1,
    errors: '',
  })
  const text = (await project.hubgen('check', 'deals')).out
  expect(text).toContain(`next: SELECT * FROM hubspot.deal WHERE id = ${amount.exampleId};`)
  const status = await project.hubgen('status', 'deals')
  expect(status).toMatchObject({
    exitCode: 1,
    out: expect.stringContaining('deals: 1 check failed\nnext: hubgen check deals'),
  })
  // The threshold does not affect generated files.
  await typed('generate', '--all', '--check')
})

test('entities that cannot be looked at do not hide the others', async () => {
  await rm(join(project.directory, 'hubgen.config.ts'))
  await database.query('DROP TABLE hubspot.ticket CASCADE')
  const { exitCode, out, err } = await project.hubgen('check', '--all', '--json')
  expect(exitCode).toBe(2)
  expect(JSON.parse(out)).toMatchObject({ entity: 'deals', failed: 0 })
  expect(err).toMatch(/^tickets: error\[TABLE_MISSING\]: there is no table `hubspot\.ticket`\n/)
})

test('a misspelled setting is reported before anything is checked', async () => {
  const quality = { deals: { completeness: { amuont: 50 } } }
  await project.write('hubgen.config.ts', `export default ${JSON.stringify({ quality })}`)
  expect(await couldNotLook('deals')).toContain(
    'quality.deals.completeness: `deals` has no property `amuont`; did you mean `amount`?',
  )
  await rm(join(project.directory, 'hubgen.config.ts'))
})

test('a file of queries that is missing, old, broken or ahead of the database is reported as such', async () => {
  const path = 'generated/deals/quality.sql'
  const text = await project.read(path)
  await project.write(path, 'SELECT 1 AS records;')
  expect(await couldNotLook('deals')).toMatch(
    /^error\[QUALITY_SQL_UNUSABLE\]: the file has no query .*\n {2}at +generated\/deals\/quality\.sql\n {2}fix: `hubgen generate deals`/,
  )
  await project.write(path, 'SELEC 1')
  expect(await couldNotLook('deals')).toContain(
    'error[QUALITY_SQL_UNUSABLE]: the file does not run: syntax error at or near "SELEC"',
  )
  await project.write(path, `SELECT property_dealname::int AS secret FROM hubspot.deal`)
  expect(await couldNotLook('deals')).toMatch(
    /^error\[QUALITY_SQL_UNUSABLE\]: the file does not run: SQLSTATE 22P02\n/,
  )
  await project.write(path, `DELETE FROM hubspot.deal`)
  expect(await couldNotLook('deals')).toContain('the file does not run: SQLSTATE 25006')
  await project.write(path, 'SELECT * FROM hubspot.deal_quote')
  expect(await couldNotLook('deals')).toMatch(
    /^error\[TABLE_OUTDATED\]: .*relation "hubspot\.deal_quote" does not exist\n.*\n {2}fix: `hubgen migrate`/,
  )
  await rm(join(project.directory, path))
  expect(await couldNotLook('deals')).toContain(
    'error[GENERATED_MISSING]: `deals` has no quality queries',
  )
  await project.write(path, text)
  expect(await database.query('SELECT count(*)::int AS deals FROM hubspot.deal')).toEqual([
    { deals: 40 },
  ])
})

test.each([
  [['dealz'], 'error[UNKNOWN_ENTITY]: there is no entity `dealz`'],
  [[], 'error[USAGE]: which entity? Name one, or use `--all`'],
  [['deals', '--all'], 'error[USAGE]: `--all` takes no entities'],
  [['deals', '--jsn'], 'has no option `--jsn`'],
])('check %j could not look', async (args, error) => {
  expect(await couldNotLook(...args)).toContain(error)
})

test('who may only read sees the results, which are not kept', async () => {
  const role = `reader_${database.name}`
  await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
    GRANT USAGE ON SCHEMA hubgen, hubspot TO ${role};
    GRANT SELECT ON ALL TABLES IN SCHEMA hubgen, hubspot TO ${role}`)
  try {
    const before = await database.query('SELECT * FROM hubgen.check_result')
    const url = new URL(database.url)
    url.username = role
    url.password = 'secret'
    project.environment['DATABASE_URL'] = url.href
    const { exitCode, out, err } = await project.hubgen('check', 'deals', '--json')
    expect(exitCode).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ entity: 'deals', checkedAt: null, failed: 0 })
    expect(err).toMatch(/^the results are not stored for the dashboard: `reader_.*\n$/)
    expect(await database.query('SELECT * FROM hubgen.check_result')).toEqual(before)
  } finally {
    project.environment['DATABASE_URL'] = database.url
    await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`)
  }
})

test('no name is broken, and nothing hostile reaches a terminal', () => {
  const base = {
    property: null,
    records: 1_234_567,
    failing: 1,
    exampleId: '72451024844',
    ageSeconds: null,
    everySeconds: 0,
    value: 0.0001,
    bound: 0,
    passed: false,
  } as const
  const name = `property_${'very_long_name_'.repeat(8)}`
  const report: CheckReport = {
    entity: 'deals',
    table: 'hubspot.Order',
    checkedAt: null,
    notes: [],
    properties: { measured: 1_580, empty: 1_200 },
    results: [
      { ...base, checkName: 'links', subject: 'Deal_x: Deal_id is not here' },
      { ...base, checkName: 'completeness', subject: name, value: 99.9999, bound: 100 },
      { ...base, checkName: 'duplicates', subject: '\u001B[31m\u202Ered\nline', passed: null },
    ],
  }
  const lines = describeReport(report).map(stripVTControlCharacters)
  for (const columns of [80, 60]) linesOnTerminal(lines.join('\n'), columns)
  expect(lines).toEqual([
    'deals: 2 of 2 checks failed, 1 not judged',
    'verdict  check          value   bound  of',
    'FAILED   links          <0.1%    ≤ 0%  Deal_x: Deal_id is not here (1 of 1,234,567)',
    `FAILED   completeness  >99.9%  ≥ 100%  ${name} (1 of 1,234,567)`,
    '–        duplicates     <0.1%    ≤ 0%  \\u001B[31m\\u202Ered line (1 of 1,234,567)',
    '1,580 properties measured, 1,200 of them without any value',
  ])
  expect(describeNextStep([report]).map(stripVTControlCharacters)).toEqual([
    'checks failed: deals',
    'next: SELECT * FROM hubspot."Deal_x" WHERE "Deal_id" = 72451024844;',
  ])
})
