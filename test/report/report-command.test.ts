import { spawnSync } from 'node:child_process'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

const document = 'generated/deals/README.md'
let project: Project
let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
  project = await openProject({ records: { deals: 60 } })
  project.environment['DATABASE_URL'] = database.url
  await project.write('package.json', '{ "type": "module" }')
  for (const args of [['explore', 'deals'], ['generate', '--all'], ['migrate']]) await run(...args)
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function run(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect([exitCode, err]).toEqual([0, ''])
  return out
}

/** The cells after a name in the tables of the document. */
async function figure(name: string): Promise<string> {
  const line = (await project.read(document)).split('\n').find((one) => one.startsWith(`| ${name}`))
  return line?.split(' | ').slice(1).join(' | ').replace(/ \|$/, '') ?? 'no such line'
}

async function ticked(): Promise<readonly string[]> {
  const text = await project.read(document)
  return [...text.matchAll(/^- \[x\] (.*)$/gm)].map(([, point = '']) => point)
}

test('before anything was measured, each figure says so', async () => {
  const text = await project.read(document)
  expect(text).toContain('Nothing was measured yet.')
  expect(await figure('Last full sync')).toBe('not measured yet')
  expect(await figure('Rows')).toBe('not measured yet')
  expect(await ticked()).toEqual([])
  expect(text.match(/^- \[ \] /gm)).toHaveLength(10)
})

test('without a sync the report has the empty table, and says what was not measured', async () => {
  expect(await run('report', 'deals')).toBe(
    'wrote generated/deals/README.md: 2 of 10 points of the checklist are done\n',
  )
  expect(await figure('Last full sync')).toBe('not measured yet')
  expect(await figure('Rows')).toBe('0 live, 0 deleted')
  expect(await figure('State')).toBe('never synced; see `npx hubgen sync deals`')
  expect(await project.read(document)).toContain('Not measured yet: run `npx hubgen check deals`.')
})

test('it writes what runs, checks and comparisons have left in the database', async () => {
  await run('sync', 'deals')
  await run('sync', 'deals')
  await run('verify', 'deals', '--values')
  await run('check', 'deals')
  await run('diff', 'deals')
  await run('report', 'deals')
  const { live, deleted } = await rows()
  expect(live).toBeGreaterThan(50)
  expect(await figure('Rows')).toBe(`${live} live, ${deleted} deleted`)
  expect(await figure('Last full sync')).toMatch(
    new RegExp(`^${live} records in \\d+\\.\\d s, [\\d,]+ records/s, on 20\\d\\d-`),
  )
  expect(await figure('API calls of the last full sync')).toMatch(/^\d+, \d+\.\d records per call$/)
  expect(await figure('Incremental sync')).toMatch(
    /^\d+\.\d s and 3 API calls, the median of 1 run$/,
  )
  expect(await figure('Batch size')).toBe('at most 1,000 records per transaction')
  expect(await figure('Comparison')).toMatch(new RegExp(`^${live} records on .*, all equal$`))
  expect(await figure('Quality checks')).toMatch(/^\d+ passed, 0 failed, \d+ not judged, on /)
  expect(await figure('Drift')).toMatch(/^0 in columns and files, 0 in labels, on /)
  expect(await figure('`property_dealname`')).toBe('100 % | none')
  expect(await figure('`stamped`')).toMatch(/^20\d\d-\d\d-\d\d \d\d:\d\d UTC$/)
  expect((await project.read(document)).match(/^\| 20.* \| succeeded \|/gm)).toHaveLength(2)
  expect(await ticked()).toHaveLength(
    (await figure('Values and records in the quarantine')) === '0' ? 8 : 7,
  )
})

test('thresholds of the configuration are shown, with the checks that failed', async () => {
  await project.write(
    'hubgen.config.ts',
    'export default { quality: { deals: { completeness: { dealname: 99, hubspot_team_id: 100 } } } }',
  )
  expect((await project.hubgen('check', 'deals')).exitCode).toBe(1)
  await run('report', 'deals')
  expect(await figure('`property_dealname`')).toBe('100 % | 99 %')
  expect(await figure('Quality checks')).toMatch(
    / 1 failed, .*; failed: completeness of `property_hubspot_team_id`$/,
  )
  expect(await figure('State')).toBe('up to date; see `npx hubgen check deals`')
  await rm(join(project.directory, 'hubgen.config.ts'))
})

test('generate keeps the results, and every checksum is right', async () => {
  const before = await project.read(document)
  expect(await run('generate', '--all', '--check')).toContain('are up to date')
  expect(await run('generate', '--all')).toContain('written 0,')
  expect(await run('diff', 'deals')).toContain('no drift')
  await run('generate', '--all', '--overwrite')
  expect(await project.read(document)).toBe(before)
  const sums = spawnSync('sha256sum', ['-c', '--quiet', 'hubgen.sum'], {
    cwd: join(project.directory, 'generated'),
    encoding: 'utf8',
  })
  expect(sums).toMatchObject({ status: 0, stdout: '' })
})

test('generate keeps them in a document whose other parts change', async () => {
  const kept = await figure('Last full sync')
  const analysis = await project.read('generated/deals/analysis.json')
  await project.write(
    'generated/deals/analysis.json',
    analysis.replace('"pluralLabel": "Deals"', '"pluralLabel": "Opportunities"'),
  )
  await run('generate', 'deals')
  expect(await project.read(document)).toContain('# Opportunities\n')
  expect(await figure('Last full sync')).toBe(kept)
})

test('a document with the line ends of Windows keeps them through both commands', async () => {
  const text = await project.read(document)
  await project.write(document, text.replaceAll('\n', '\r\n'))
  expect(await run('generate', '--all', '--check')).toContain('are up to date')
  await run('report', 'deals')
  expect(await run('generate', '--all', '--check')).toContain('are up to date')
})

test('a document that was edited by hand is not overwritten', async () => {
  await appendFile(join(project.directory, document), 'A note.\n')
  const { exitCode, err } = await project.hubgen('report', 'deals')
  expect(exitCode).toBe(1)
  expect(err).toContain('error[FILE_EDITED]')
  expect(await project.read(document)).toContain('A note.\n')
  await run('generate', 'deals', '--overwrite')
  await run('report', 'deals')
})

test('a document of an earlier hubgen, or none, is named with the command that writes it', async () => {
  await project.write(document, '# Deals\n')
  const old = await project.hubgen('report', 'deals')
  expect(old.err).toContain('error[GENERATED_OUTDATED]')
  expect(old.err).toContain('fix: `hubgen generate deals`')
  await rm(join(project.directory, document))
  const none = await project.hubgen('report', 'deals')
  expect(none.err).toContain('error[GENERATED_MISSING]')
  expect(none.err).toContain('fix: `hubgen generate deals`')
})

test('of several entities, one that cannot be written does not keep the others from their report', async () => {
  await run('explore', 'tasks')
  await run('generate', '--all')
  await run('migrate')
  await appendFile(join(project.directory, document), 'A note.\n')
  const { exitCode, out, err } = await project.hubgen('report', '--all')
  expect(out).toBe('wrote generated/tasks/README.md: 2 of 10 points of the checklist are done\n')
  expect(err).toContain('deals: error[FILE_EDITED]')
  expect(exitCode).toBe(1)
})

async function rows() {
  const [counted] = await database.query<{ live: string; deleted: string }>(`
    SELECT count(*) FILTER (WHERE NOT is_deleted) AS live, count(*) FILTER (WHERE is_deleted) AS deleted
    FROM hubspot.deal`)
  return { live: Number(counted?.live), deleted: Number(counted?.deleted) }
}
