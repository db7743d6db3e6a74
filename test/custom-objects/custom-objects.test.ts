import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'
import { compile } from '../support/compile.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const longName = `a_name_that_is_much_longer_than_what_anybody_would_want_to_type_${'x'.repeat(20)}`

/** Custom objects by their name in HubSpot, and the table that they get. */
const wanted: readonly (readonly [name: string, table: string])[] = [
  ['Boat', 'boat'],
  ['Deals', 'p8100142_deals'],
  ['Ticket', 'p8100142_ticket'],
  ['class', 'class'],
  ['Select', 'select'],
  ['User', 'p8100142_user'],
  ['Group', 'group'],
  ['Property', 'p8100142_property'],
  ['deal_labelled', 'p8100142_deal_labelled'],
  ['migrations', 'p8100142_migrations'],
  ['Car', 'p8100142_car_2_39128412'],
  ['CAR', 'p8100142_car_2_39128413'],
  [longName, 'a_name_that_is_much_longer_than_what_anyb_a88e7625'],
]
const records = 7

const stack = new AsyncDisposableStack()
let directory = ''
let database: TestDatabase
let environment: NodeJS.ProcessEnv
let store: ReturnType<typeof createStore>

beforeAll(async () => {
  const names = wanted.map(([name]) => name)
  store = createStore({
    customObjects: names,
    records: { ...Object.fromEntries(names.map((name) => [name, records])), deals: 12 },
  })
  const simulator = stack.use(await startTestSimulator({ store }))
  directory = stack.use(await temporaryDirectory()).path
  database = stack.use(await createDatabase())
  environment = {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
    DATABASE_URL: database.url,
  }
})

afterAll(() => stack.disposeAsync())

test('custom objects of any name are explored, generated, migrated and synced like the standard ones', async () => {
  const entities = wanted.map(([, table]) => table)
  for (const args of [
    ['explore', 'deals', ...entities],
    ['generate', '--all'],
    ['migrate'],
    ['sync', '--all'],
  ]) {
    const { exitCode, errors } = await runHubgen(directory, args, environment)
    expect([args[0], exitCode, errors]).toEqual([args[0], 0, ''])
  }
  expect(readdirSync(join(directory, 'generated'))).toEqual(
    expect.arrayContaining([...entities, 'deals']),
  )
  for (const [index, [, table]] of wanted.entries()) {
    const live = store.count(`2-${39128402 + index}`)
    const [counted] = await database.query<{ count: string; vins: string }>(
      `SELECT count(*), count(property_vin) AS vins FROM hubspot."${table}"`.replace(
        'property_vin',
        '"property_VIN"',
      ),
    )
    expect([table, Number(counted?.count)]).toEqual([table, live])
    expect(Number(counted?.vins)).toBe(live)
    const labelled = await database.query(`SELECT id FROM hubspot."${table}_labelled"`)
    expect(labelled).toHaveLength(live)
  }
  const [deals] = await database.query<{ count: string }>('SELECT count(*) FROM hubspot.deal')
  expect(Number(deals?.count)).toBe(store.count('0-3'))
  const [options] = await database.query<{ count: string }>(
    `SELECT count(DISTINCT hubspot_object) FROM hubspot.property`,
  )
  expect(Number(options?.count)).toBe(wanted.length + 1)
}, 180_000)

test('what is generated for them compiles together', () => {
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  const config = join(directory, 'tsconfig.json')
  writeFileSync(
    config,
    JSON.stringify({
      extends: `${root}tsconfig.json`,
      compilerOptions: {
        types: ['node'],
        typeRoots: [`${root}node_modules/@types`],
        paths: { 'hubgen/generated': [`${root}runtime/generated.ts`] },
      },
      include: [`${directory}/generated`],
    }),
  )
  expect(compile(config).output).toBe('')
})

test('running everything again changes nothing', async () => {
  const before = await runHubgen(directory, ['generate', '--all', '--check'], environment)
  expect([before.exitCode, before.errors]).toEqual([0, ''])
  const migrated = await runHubgen(directory, ['migrate'], environment)
  expect(migrated.output).toContain('0 applied')
  expect(migrated.output).toContain('labels up to date')
})
