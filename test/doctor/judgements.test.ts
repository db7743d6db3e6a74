import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { describeSection, sumUp } from '../../generator/cli/doctor/describe-findings.ts'
import { describeEncryption, judgeServer } from '../../generator/cli/doctor/examine-database.ts'
import { judgeDailyLimit } from '../../generator/cli/doctor/examine-hubspot.ts'
import { examineMachine, judgeSpace } from '../../generator/cli/doctor/examine-machine.ts'
import { finding } from '../../generator/cli/doctor/finding.ts'
import { judgeClock } from '../../generator/cli/doctor/judge-clock.ts'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const mebibyte = 1_048_576

test.each([
  [0, 'ok', "this machine's clock agrees with HubSpot's"],
  [-2_000, 'ok', "this machine's clock agrees with HubSpot's"],
  [2_600, 'warning', "this machine's clock is 3 s ahead of HubSpot's"],
  [-300_000, 'warning', "this machine's clock is 5:00 behind HubSpot's"],
  [300_001, 'failed', "this machine's clock is 5:00 ahead of HubSpot's"],
])('a clock %i ms ahead is %s', (aheadMs, state, found) => {
  expect(judgeClock('hubspot_clock', "HubSpot's", aheadMs)).toMatchObject({ state, found })
})

test.each([
  [50 * 1_024 * mebibyte, 'ok', '50 GiB free for logs and the embedded database'],
  [1_024 * mebibyte, 'ok', '1024 MiB free for logs and the embedded database'],
  [1_023 * mebibyte, 'warning', 'only 1023 MiB free for logs and the embedded database'],
  [99 * mebibyte, 'failed', 'only 99 MiB free for logs and the embedded database'],
])('%i free bytes', (bytes, state, found) => {
  expect(judgeSpace(bytes)).toMatchObject({ state, found })
})

test.each([
  [{ permitted: 1_000, remaining: 100 }, 'ok'],
  [{ permitted: 1_000, remaining: 99 }, 'warning'],
  [null, 'ok'],
])('a daily limit of %j', (limit, state) => {
  expect(judgeDailyLimit(limit)).toMatchObject({ state })
})

test('a server that is too old', () => {
  const facts = { version: '14.9', major: 14, encoding: 'UTF8', readOnly: false, clockAheadMs: 0 }
  expect(judgeServer(facts)).toMatchObject({ state: 'failed', found: 'Postgres 14.9 is too old' })
})

test('a database whose encoding lacks characters', () => {
  const facts = { version: '18.1', major: 18, readOnly: false, clockAheadMs: 0 }
  expect(judgeServer({ ...facts, encoding: 'SQL_ASCII' })).toMatchObject({
    state: 'failed',
    found: expect.stringContaining('SQL_ASCII'),
    fix: expect.stringContaining("ENCODING 'UTF8'"),
  })
  expect(judgeServer({ ...facts, encoding: 'UTF8' })).toMatchObject({ state: 'ok' })
})

test.each([
  ['db', 'ok'],
  ['10.1.2.3', 'ok'],
  ['172.20.0.5', 'ok'],
  ['fd00::5', 'ok'],
  ['postgres.default.svc', 'ok'],
  ['172.32.0.5', 'warning'],
  ['2a01:4f8::1', 'warning'],
  ['db.example.com', 'warning'],
])('without TLS to %s', (host, state) => {
  const login = { port: 5432, database: 'd', user: 'u', password: undefined }
  const settings = { kind: 'server', host, ...login, tls: { mode: 'off' } } as const
  expect(describeEncryption(settings)).toMatchObject({ state })
})

test('an old Node, and a file where the log folder should be', async () => {
  await using directory = await temporaryDirectory()
  const well = await examineMachine(directory.path, '24.1.0')
  expect(well.findings.map(({ state }) => state)).toEqual(['ok', 'ok', 'ok'])
  await mkdir(join(directory.path, '.hubgen'))
  await writeFile(join(directory.path, '.hubgen/logs'), '')
  const { findings } = await examineMachine(directory.path, '20.19.0')
  expect(findings).toMatchObject([
    { check: 'node', state: 'failed', found: expect.stringContaining('Node 20.19.0 is too old') },
    { check: 'disk', state: 'ok' },
    {
      check: 'logs',
      state: 'warning',
      found: expect.stringContaining('a file has the name of the log folder'),
    },
  ])
})

test('no logs, and logs in another folder', async () => {
  await using directory = await temporaryDirectory()
  await writeFile(join(directory.path, '.env'), 'HUBGEN_LOGS=off\n')
  const logsOf = async () => (await examineMachine(directory.path)).findings.at(-1)
  try {
    expect(await logsOf()).toMatchObject({ state: 'ok', found: expect.stringContaining('`off`') })
    vi.stubEnv('HUBGEN_LOGS', '.env/logs')
    expect(await logsOf()).toMatchObject({ state: 'warning', check: 'logs' })
  } finally {
    vi.unstubAllEnvs()
    delete process.env['HUBGEN_LOGS']
  }
})

test('lines fit a terminal, and hostile text is spelled out', () => {
  const names = Array.from({ length: 9 }, (_, index) => `p8100142_a_long_name_${index}`)
  const findings = names.map((entity) =>
    finding('records', 'failed', `it says \u001b[2J${'word '.repeat(30)}`, {
      entity,
      at: 'x'.repeat(200),
      fix: `\`hubgen sync ${entity}\``,
    }),
  )
  const lines = linesOnTerminal(describeSection({ title: 'All', findings }).join('\n'), 80)
  expect(lines.join(' ').match(/FAIL/g)).toHaveLength(1)
  expect(lines.join('\n')).toContain('\\u001B[2J')
  expect(lines.join(' ').replace(/\s+/g, ' ')).toContain(`\`hubgen sync ${names.join(' ')}\``)
})

test('the next command fixes the first failure, or otherwise the first warning', () => {
  const byHand = finding('owners', 'warning', '', { fix: 'look in HubSpot' })
  const sync = finding('copy', 'warning', '', { fix: '`hubgen sync deals`' })
  const table = finding('table', 'failed', '', { fix: 'run `hubgen migrate`; where …' })
  const token = finding('token', 'failed', '', { fix: 'make one; or try: `hubgen simulate`' })
  const next = (...findings: readonly (typeof byHand)[]) => sumUp(findings, 0).next
  expect(next()).toBe('hubgen status')
  expect(next(byHand)).toBe('hubgen doctor')
  expect(next(byHand, sync)).toBe('hubgen sync deals')
  expect(next(byHand, sync, table, token)).toBe('hubgen migrate')
  expect(next(byHand, sync, token, table)).toBe('hubgen doctor')
})
