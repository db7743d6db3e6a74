import { afterAll, beforeAll, expect, test } from 'vitest'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { deals: 60 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  const { store } = project.simulator
  const [first, second] = [...store.scan('0-3', 0n, { archived: false })]
  store.update('0-3', first?.id ?? '', { amount: 'lots\u001b[31m' })
  store.update('0-3', second?.id ?? '', { amount: 'plenty' })
  await typed('explore', 'deals')
  await typed('generate', 'deals')
  await typed('migrate')
  await typed('sync', 'deals')
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

/** The output of a command that must succeed. */
async function typed(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect(err).toBe('')
  expect(exitCode).toBe(0)
  return out
}

test('what did not fit is listed without values, with what to type next', async () => {
  const out = await typed('quarantine', 'deals', '--property', 'amount')
  expect(out).toMatch(/^deals: 2 values of `amount` did not fit$/m)
  const time = String.raw`\d{4}-\d\d-\d\d \d\d:\d\dZ`
  expect(out).toMatch(
    new RegExp(
      `^ {2}2 {2}amount: not a number\n {5}first ${time}, last ${time}\n {5}records \\d+, \\d+$`,
      'm',
    ),
  )
  for (const columns of [80, 60]) linesOnTerminal(out, columns)
  expect(out).not.toContain('lots')
  expect(out).toContain('next: hubgen replay deals')
})

test('values are shown on request, with their control characters spelled out', async () => {
  const out = await typed('quarantine', '--all', '--property', 'amount', '--show', '5')
  expect(out).toContain('"lots\\u001b[31m"')
  expect(out).toContain('"plenty"')
  const [line = ''] = (await typed('quarantine', 'deals', '--show', '1', '--json')).split('\n')
  expect(line).not.toMatch(/[^\n -~]/)
  const parsed = JSON.parse(line)
  expect(parsed).toMatchObject({ event: 'quarantine', entity: 'deals', records: 0 })
  expect(parsed.groups).toContainEqual({
    property: 'amount',
    reason: 'not_a_number',
    count: 2,
    firstSeen: expect.any(String),
    lastSeen: expect.any(String),
    recordIds: [expect.any(String), expect.any(String)],
    examples: [{ recordId: expect.any(String), rawValue: expect.any(String) }],
  })
})

test('after a column became text, replay fills it without a call', async () => {
  await project.write(
    'hubgen.config.ts',
    `export default { types: { deals: { amount: 'text' } } }\n`,
  )
  await typed('explore', 'deals')
  await typed('generate', 'deals')
  await typed('migrate')
  const calls = project.simulator.requests.total
  const out = await typed('replay', 'deals')
  expect(project.simulator.requests.total).toBe(calls)
  expect(out).toMatch(/^✓ deals → hubspot.deal: 2 of \d+ fit now$/m)
  expect(
    await database.query(
      `SELECT property_amount__text AS amount FROM hubspot.deal
       WHERE property_amount__text IS NOT NULL ORDER BY 1`,
    ),
  ).toEqual([{ amount: 'lots\u001b[31m' }, { amount: 'plenty' }])
  expect(await typed('quarantine', 'deals', '--property', 'amount')).toContain(
    'deals: nothing of `amount` is in the quarantine',
  )
  const again = JSON.parse(await typed('replay', '--all', '--json'))
  expect(again).toMatchObject({ event: 'replayed', values: { fitted: 0 } })
})

test.each([
  [['quarantine'], 'which entity?'],
  [['quarantine', 'deals', '--show', '0'], 'from 1 to 1000, found `0`'],
  [['quarantine', '--all', 'deals'], '`--all` takes no entities'],
  [['replay'], 'which entity?'],
  [['replay', 'tickets'], 'hubgen explore tickets'],
])('refuses %j', async (args, words) => {
  const { exitCode, err } = await project.hubgen(...args)
  expect(exitCode).toBe(1)
  expect(err).toContain(words)
})
