import { type ContactsModule, generateContacts } from './contacts-module.ts'
import { type BenchOptions, type Figure, formatCount, formatShare, medianOf } from './figure.ts'
import { type Portal, startPortal } from './portal.ts'
import { type BenchDatabase, type BenchPostgres, startPostgres } from './postgres.ts'
import { runSync } from './run-sync.ts'

const contacts = 100_000
const properties = 250
/** One record in N. */
const changedOneIn = 100

/** The cost of one run for the database. */
interface Cost {
  readonly records: number
  readonly seconds: number
  readonly walBytes: number
  readonly serverCpuSeconds: number
  readonly written: number
  readonly deadRows: number
}

interface Sample {
  readonly first: Cost
  readonly unchanged: Cost
  readonly changed: Cost
}

/** A first load, a run without changes, and a run with one record in a hundred changed. */
export async function benchResync(options: BenchOptions): Promise<readonly Figure[]> {
  await using portal = await startPortal({
    contacts: options.records ?? contacts,
    properties,
    limits: 'none',
    compression: 'none',
    keepsRecords: true,
  })
  const module = await generateContacts(portal)
  await using postgres = await startPostgres()
  const samples: Sample[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    await portal.warmUp(module.properties)
    const sample = await measure(portal, module, postgres)
    const { first, unchanged } = sample
    options.note(
      `WAL ${formatCount(first.walBytes)}, then ${formatCount(unchanged.walBytes)} bytes`,
    )
    samples.push(sample)
  }
  return describe(samples)
}

function describe(samples: readonly Sample[]): Figure[] {
  const walShare = medianOf(samples, ({ first, unchanged }) => perRow(unchanged) / perRow(first))
  const changedWal = medianOf(
    samples,
    ({ unchanged, changed }) => (changed.walBytes - unchanged.walBytes) / changed.written,
  )
  const figure = (what: string, value: (sample: Sample) => number, unit: string): Figure => ({
    what,
    median: `${formatCount(medianOf(samples, value))} ${unit}`,
  })
  const cpuPerRecord = ({ serverCpuSeconds, records }: Cost) => (serverCpuSeconds * 1e6) / records
  return [
    {
      what: "nothing changed: WAL as a share of the first load's",
      median: formatShare(walShare),
      bound: '≤ 3 %',
    },
    {
      ...figure('nothing changed: dead rows', ({ unchanged }) => unchanged.deadRows, 'rows'),
      bound: '0 rows',
    },
    figure('first load: WAL', ({ first }) => perRow(first), 'bytes per record'),
    figure('nothing changed: WAL', ({ unchanged }) => perRow(unchanged), 'bytes per record'),
    figure('1 % changed: WAL', ({ changed }) => perRow(changed), 'bytes per record'),
    { what: '1 % changed: WAL', median: `${formatCount(changedWal)} bytes a changed record` },
    figure('1 % changed: dead rows', ({ changed }) => changed.deadRows, 'rows'),
    figure('first load: server CPU', ({ first }) => cpuPerRecord(first), 'µs a record'),
    figure(
      'nothing changed: server CPU',
      ({ unchanged }) => cpuPerRecord(unchanged),
      'µs a record',
    ),
    figure('1 % changed: server CPU', ({ changed }) => cpuPerRecord(changed), 'µs a record'),
    figure('first load', ({ first }) => first.records / first.seconds, 'records/s'),
    figure(
      'nothing changed',
      ({ unchanged }) => unchanged.records / unchanged.seconds,
      'records/s',
    ),
    figure('1 % changed', ({ changed }) => changed.records / changed.seconds, 'records/s'),
  ]
}

function perRow({ walBytes, records }: Cost): number {
  return walBytes / records
}

async function measure(
  portal: Portal,
  module: ContactsModule,
  postgres: BenchPostgres,
): Promise<Sample> {
  const database = await postgres.createDatabase()
  module.migrate(database)
  const costOf = () => measureRun(portal, module, postgres, database)
  const first = await costOf()
  const unchanged = await costOf()
  await portal.changeContacts(Math.round(first.records / changedOneIn))
  await portal.warmUp(module.properties)
  const changed = await costOf()
  return { first, unchanged, changed }
}

async function measureRun(
  portal: Portal,
  module: ContactsModule,
  postgres: BenchPostgres,
  database: BenchDatabase,
): Promise<Cost> {
  await settle(database)
  const walBefore = await database.walBytes()
  const cpuBefore = postgres.cpuSeconds()
  const { report } = await runSync(module, portal, database, { full: true })
  const walBytes = (await database.walBytes()) - walBefore
  return {
    records: report.read,
    seconds: report.seconds,
    walBytes,
    serverCpuSeconds: postgres.cpuSeconds() - cpuBefore,
    written: report.inserted + report.updated,
    deadRows: await countDeadRows(database),
  }
}

/**
 * Does at once what autovacuum and the checkpointer would do within minutes, so that it does not fall into
 * one run and not into another. Autovacuum stays off until the next time, also for tables of links and
 * hubgen's own: its writes about a table of links that was just filled do not belong to the run.
 */
async function settle(database: BenchDatabase): Promise<void> {
  const tables = await database.query<{ name: string }>(
    `SELECT quote_ident(nspname) || '.' || quote_ident(relname) AS name
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname IN ('hubspot', 'hubgen') AND relkind = 'r'`,
  )
  for (const { name } of tables) {
    await database.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false)`)
  }
  await database.query('VACUUM (ANALYZE)')
  await database.query('CHECKPOINT')
}

/** Counts in every page, because Postgres's statistics are estimates that arrive late. */
async function countDeadRows(database: BenchDatabase): Promise<number> {
  await database.query('CREATE EXTENSION IF NOT EXISTS pgstattuple')
  const [row] = await database.query<{ dead: string }>(
    `SELECT dead_tuple_count AS dead FROM pgstattuple('hubspot.contact')`,
  )
  return Number(row?.dead)
}
