import { existsSync } from 'node:fs'
import { mkdir, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { examineWith } from './examine-project.ts'

let project: Project
let database: TestDatabase
let settings: Readonly<Record<string, string>>

beforeAll(async () => {
  project = await openProject({ records: { deals: 12, tickets: 0 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  settings = { ...project.environment }
  for (const args of [
    ['explore', 'deals', 'tickets'],
    ['generate', '--all'],
    ['migrate'],
    ['sync', '--all'],
  ]) {
    const { exitCode, err } = await project.hubgen(...args)
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  }
})

beforeEach(() => {
  for (const name of Object.keys(project.environment)) delete project.environment[name]
  Object.assign(project.environment, settings)
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

test('a working project is ok in every line, and shared findings appear once', async () => {
  const before = project.simulator.requests.total
  const { exitCode, out, err } = await project.hubgen('doctor', 'deal')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  const made = project.simulator.requests.total - before
  expect(out).toContain(`; ${made} API calls, nothing was changed\nnext: hubgen status\n`)
  expect(made).toBeLessThan(15)
  expect(out).not.toMatch(/^ {2}(warn|FAIL|skip)/m)
  for (const line of [
    /^ {2}ok {4}Node \d+\.\d+\.\d+$/m,
    /^ {2}ok {4}the token reads portal 8100142 \(Europe\/Berlin\)$/m,
    /^ {2}ok {4}deals: the token may read records$/m,
    /^ {2}ok {4}Postgres answered after [\d,]+ ms$/m,
    /^ {2}ok {4}Postgres 18\.\d+ accepts writes$/m,
    /^ {2}ok {4}direct, without a pooler: syncs and migrations work$/m,
    /^ {2}ok {4}2 migrations applied, none pending$/m,
    /^ {2}ok {4}deals: the last sync succeeded, and the copy is fresh$/m,
  ]) {
    expect(out).toMatch(line)
  }
  for (const columns of [80, 60]) linesOnTerminal(out, columns)
})

test('every generated entity is looked at, and one without records is a warning', async () => {
  const { exitCode, findings, summary } = await examineWith(project)
  expect(exitCode).toBe(0)
  expect(findings.find(({ entity, state }) => entity === 'tickets' && state !== 'ok')).toEqual({
    event: 'finding',
    check: 'records',
    entity: 'tickets',
    state: 'warning',
    found: 'HubSpot shows this token no record',
    at: null,
    fix: 'check in HubSpot that records exist and that the token belongs to the right portal',
  })
  expect(summary).toMatchObject({ event: 'examined', warning: 1, failed: 0, skipped: 0 })
  expect(findings).toHaveLength(summary.ok + 1)
})

test('without settings the rest is looked at, and no embedded database is made', async () => {
  for (const name of Object.keys(project.environment)) delete project.environment[name]
  const { exitCode, find, summary } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('hubspot_settings')).toMatchObject({
    state: 'failed',
    found: 'HUBSPOT_API_TOKEN is not set',
    fix: expect.stringContaining('create a service key in HubSpot'),
  })
  expect(find('token')).toMatchObject({ state: 'skipped' })
  expect(find('files', null)).toMatchObject({ state: 'ok' })
  expect(find('records', null)).toMatchObject({ state: 'skipped' })
  expect(find('database')).toMatchObject({
    state: 'warning',
    found: 'the embedded database does not exist yet',
    fix: expect.stringContaining('`hubgen migrate`'),
  })
  expect(find('migrations')).toMatchObject({ state: 'skipped' })
  expect(summary).toMatchObject({ calls: 0, next: 'hubgen doctor' })
  expect(existsSync(join(project.directory, '.hubgen/postgres'))).toBe(false)
})

test('settings that cannot be read are what failed; what the environment says counts', async () => {
  await mkdir(join(project.directory, '.env'))
  const { exitCode, find } = await examineWith(project, 'deals')
  expect(exitCode).toBe(1)
  expect(find('environment')).toMatchObject({
    state: 'failed',
    found: 'the settings file `.env` cannot be read',
    fix: 'make it a plain file that this user may read, as in `.env.example`',
  })
  expect(find('token')).toMatchObject({ state: 'ok' })
  expect(find('table', 'deals')).toMatchObject({ state: 'ok' })
  await rmdir(join(project.directory, '.env'))
})

test.each([
  [{ HUBSPOT_API_TOKEN: 'pat with blanks' }, 'hubspot_settings', 'contains spaces'],
  [{ HUBSPOT_API_URL: 'http://api.example.com' }, 'hubspot_settings', 'must be an https address'],
  [{ NEON_HOST: 'ep-x.neon.tech' }, 'database_settings', 'not `NEON_DATABASE`, `NEON_USER`'],
  [
    { DATABASE_URL: 'postgres://a:geheim@db.example.com/b?sslmode=no-verify' },
    'database_settings',
    'any server that answers',
  ],
  [
    { DATABASE_URL: 'postgres://nobody:geheim@127.0.0.1:1/none' },
    'database',
    'no Postgres answers',
  ],
] as const)('%j failed, and all other checks run', async (environment, check, words) => {
  Object.assign(project.environment, environment)
  const { exitCode, out, find, summary } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find(check)).toMatchObject({ state: 'failed', found: expect.stringContaining(words) })
  expect(find(check)?.fix).not.toBeNull()
  expect(summary.failed).toBe(1)
  expect(find('files')).toMatchObject({ state: 'ok' })
  const aboutHubSpot = check === 'hubspot_settings'
  expect(find('token')).toMatchObject({ state: aboutHubSpot ? 'skipped' : 'ok' })
  expect(find('table', aboutHubSpot ? 'deals' : null)).toMatchObject({
    state: aboutHubSpot ? 'ok' : 'skipped',
  })
  expect(out).not.toContain('geheim')
})

test('a token that HubSpot does not know', async () => {
  project.environment['HUBSPOT_API_TOKEN'] = 'pat-eu1-11111111-1111-4111-8111-111111111111'
  const { exitCode, find, out, summary } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('token')).toMatchObject({
    state: 'failed',
    found: 'HubSpot does not accept the token in HUBSPOT_API_TOKEN',
    fix: expect.stringContaining('create a service key'),
  })
  expect(find('records')).toMatchObject({ state: 'skipped' })
  expect(find('table_portal', 'deals')).toMatchObject({ state: 'skipped' })
  expect(find('table', 'deals')).toMatchObject({ state: 'ok' })
  expect(summary.calls).toBe(1)
  expect(out).not.toContain('11111111-1111')
})

test('scopes that are missing are named for what they are missing for', async () => {
  const scopes = ['tickets', 'crm.objects.contacts.read', 'crm.schemas.contacts.read']
  await using other = await openProject({ records: { tickets: 5 }, scopes })
  project.environment['HUBSPOT_API_URL'] = other.simulator.url
  const { exitCode, find, findings, summary } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('records', 'deals')).toMatchObject({
    state: 'failed',
    found: 'records cannot be read: the token lacks the scope `crm.objects.deals.read`',
    fix: 'add `crm.objects.deals.read` to the key in HubSpot',
  })
  expect(find('companion_records', 'deals')).toMatchObject({
    state: 'skipped',
    found: 'its records cannot be read',
  })
  expect(find('records', 'tickets')).toMatchObject({ state: 'ok' })
  expect(find('owners')).toMatchObject({
    state: 'warning',
    found: 'owners and teams cannot be read: the token lacks the scope `crm.objects.owners.read`',
  })
  const refused = findings.filter(
    ({ check, entity }) => check === 'companion_records' && entity === 'tickets',
  )
  expect(refused.map(({ found }) => found)).toContain(
    'links to companies cannot be read: the token lacks the scope `crm.objects.companies.read`',
  )
  expect(refused.map(({ state }) => state)).toEqual(refused.map(() => 'warning'))
  expect(summary.failed).toBe(1)
})

test("a token of another portal, and another portal's rows", async () => {
  await using other = await scriptHubSpot([{ body: { portalId: 4711, timeZone: 'UTC' } }])
  Object.assign(project.environment, {
    HUBSPOT_API_URL: other.settings.baseUrl,
    HUBSPOT_API_TOKEN: other.settings.token,
  })
  const { find } = await examineWith(project, 'deals')
  expect(find('token')?.found).toBe('the token reads portal 4711 (UTC)')
  expect(find('daily_limit')?.found).toBe('HubSpot reports no daily limit for this token')
  expect(find('portal', 'deals')).toMatchObject({
    state: 'failed',
    found: '`deals` was generated for portal `8100142`, but the token reads portal `4711`',
    fix: expect.stringContaining('use a key of portal 8100142'),
  })
  expect(find('records', 'deals')).toMatchObject({ state: 'skipped' })
  expect(find('table_portal', 'deals')).toMatchObject({
    state: 'failed',
    found: expect.stringContaining('holds records of portal `8100142`'),
  })
})

test('a HubSpot that is down is not waited for as a sync would', async () => {
  await using down = await scriptHubSpot([{ status: 502, body: '<html>' }])
  project.environment['HUBSPOT_API_URL'] = down.settings.baseUrl
  const { exitCode, find } = await examineWith(project)
  expect(exitCode).toBe(1)
  expect(find('token')).toMatchObject({
    state: 'failed',
    found: 'HubSpot answered 502 repeatedly',
    fix: expect.stringContaining('status.hubspot.com'),
  })
  expect(down.requests).toHaveLength(3)
})

test("a day's calls that are nearly used up, and a clock that is wrong", async () => {
  const headers = {
    'x-hubspot-ratelimit-daily': '1000',
    'x-hubspot-ratelimit-daily-remaining': '99',
    date: 'Mon, 01 Jan 2024 00:00:00 GMT',
  }
  await using other = await scriptHubSpot([{ body: { portalId: 4711 }, headers }])
  project.environment['HUBSPOT_API_URL'] = other.settings.baseUrl
  const { exitCode, find } = await examineWith(project, 'deals')
  expect(exitCode).toBe(1)
  expect(find('daily_limit')).toMatchObject({
    state: 'warning',
    found: '99 of 1,000 calls are left today',
  })
  expect(find('hubspot_clock')).toMatchObject({
    state: 'failed',
    found: expect.stringMatching(/^this machine's clock is [\d:]+ ahead of HubSpot's$/),
    fix: expect.stringContaining('timedatectl'),
  })
})

test('what is asked for in a wrong way ends with 2', async () => {
  expect(await project.hubgen('doctor', 'dealz')).toEqual({
    exitCode: 2,
    out: '',
    err: 'error[UNKNOWN_ENTITY]: there is no entity `dealz`\n  fix: did you mean `deals`?\n',
  })
  expect(await project.hubgen('doctor', '--jsn')).toMatchObject({
    exitCode: 2,
    err: expect.stringContaining('`hubgen doctor --help`'),
  })
})

test('entities of the configuration that are not generated are named, and the others examined', async () => {
  await project.write('hubgen.config.ts', `export default { entities: ['deals', 'contacts'] }`)
  const { exitCode, find } = await examineWith(project)
  expect(exitCode).toBe(0)
  expect(find('generated')).toMatchObject({
    state: 'warning',
    found: 'one entity examined; in hubgen.config.ts, but not generated: `contacts`',
    fix: '`hubgen explore contacts`, then `hubgen generate contacts`',
  })
  expect(find('table', 'deals')?.state).toBe('ok')
  expect(find('migrations')?.state).toBe('ok')
  await rm(join(project.directory, 'hubgen.config.ts'))
})
