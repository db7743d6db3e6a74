import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { type Simulator, startSimulator } from '../../simulator/start-simulator.ts'
import type { Store } from '../../simulator/store.ts'
import { type CallGate, startCallGate } from '../../test/support/hubspot/call-gate.ts'
import { type NodeProcess, resultOf } from '../../test/support/node-process.ts'
import { startHubgen } from '../../test/support/run-hubgen.ts'

/** A folder with an example of everything that pages show; the database is the embedded one. */
export interface ShownPortal extends AsyncDisposable {
  readonly simulator: Simulator
  readonly gate: CallGate
  readonly database: Database
  /** Synced, checked, changed, synced again; with drift, rejects, and failed checks. */
  fill(): Promise<void>
  /** The next sync of deals gets no answer for the property `amount`. */
  loseProperty(): void
  /** A command that may find something: exit code 0 or 1. */
  type(args: readonly string[], environment?: NodeJS.ProcessEnv): Promise<void>
  start(args: readonly string[], environment?: NodeJS.ProcessEnv): NodeProcess
}

const entities = ['companies', 'contacts', 'deals', 'tickets']
const DEALS = '0-3'
const TICKETS = '0-5'

const config = `export default {
  entities: ${JSON.stringify(entities)},
  quality: {
    '*': { freshness: '26h' },
    deals: {
      completeness: { dealname: 99, amount: 95, closedate: 50 },
      duplicates: { dealname: 1 },
    },
    contacts: { completeness: { email: 40 } },
  },
}
`

/** Migrated; nothing is synced yet. */
export async function openShownPortal(say: (line: string) => void): Promise<ShownPortal> {
  const stack = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), 'hubgen-screenshots-'))
  stack.defer(() => rm(directory, { recursive: true, force: true }))
  const simulator = stack.use(
    await startSimulator({
      seed: 6,
      records: { contacts: 4_000, companies: 800, deals: 1_200, tickets: 600 },
    }),
  )
  const gate = stack.use(await startCallGate(simulator.url))
  const database = stack.use(await openDatabase(readDatabaseSettings({}, directory)))
  const settings = { HUBSPOT_API_URL: gate.url, HUBSPOT_API_TOKEN: simulator.token }
  const start = (args: readonly string[], more: NodeJS.ProcessEnv = {}) =>
    startHubgen(directory, args, { ...settings, ...more })
  const type = async (args: readonly string[], more: NodeJS.ProcessEnv = {}) => {
    say(`hubgen ${args.join(' ')}`)
    const { exitCode, output, errors } = await resultOf(start(args, more))
    // 1 means a finding: a failed check, or drift.
    if (exitCode !== 0 && exitCode !== 1)
      throw new Error(`it ended with ${exitCode}:\n${output}\n${errors}`)
  }
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  await writeFile(join(directory, 'hubgen.config.ts'), config)
  plantOddities(simulator.store)
  await type(['explore', ...entities])
  await type(['generate', '--all'])
  await type(['migrate'])
  const fill = async () => {
    await type(['sync', ...entities])
    await type(['check', 'deals', 'companies', 'tickets'])
    clearAmounts(simulator.store)
    await type(['sync', 'tickets', '20'])
    await type(['sync', 'deals', 'tickets'])
    await type(['check', 'deals', 'companies', 'tickets'])
    drift(simulator.store)
    await type(['diff', '--all', '--database'])
  }
  return {
    simulator,
    gate,
    database,
    fill,
    loseProperty: () => simulator.store.archiveProperty(DEALS, 'amount'),
    type,
    start,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function firstIds(store: Store, typeId: string, count: number): readonly string[] {
  const records = store.scan(typeId, 0n, { archived: false })
  return Iterator.from(records)
    .take(count)
    .map(({ id }) => id)
    .toArray()
}

/** Text that people type into number fields. */
function plantOddities(store: Store): void {
  const amounts = ['12,500.00 EUR', 'tbd', '1.000,50', '~ 8k']
  for (const [index, id] of firstIds(store, DEALS, amounts.length).entries()) {
    store.update(DEALS, id, { amount: amounts[index] ?? null })
  }
}

function clearAmounts(store: Store): void {
  for (const id of firstIds(store, DEALS, 60).slice(10)) store.update(DEALS, id, { amount: '' })
  for (const id of firstIds(store, TICKETS, 25)) store.update(TICKETS, id, { subject: 'Solved' })
}

function drift(store: Store): void {
  const [template] = store.properties(DEALS).filter(({ type }) => type === 'string')
  if (template === undefined) throw new Error('deals have no text property')
  store.addProperty(DEALS, {
    ...template,
    name: 'renewal_risk',
    label: 'Renewal risk',
    description: 'How likely this customer is not to come back',
    archived: false,
  })
  store.relabelProperty(DEALS, 'amount', 'Deal value')
  store.retypeProperty(DEALS, 'closedate', 'date', 'date')
}
