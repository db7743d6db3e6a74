import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis, type PropertyDefinition } from '../../generator/model/build-analysis.ts'
import type { MigrationFile } from '../../generator/render/migrations/migration-sql.ts'
import { render } from '../../generator/render/render.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import { type BenchOptions, type Figure, formatCount, formatSeconds, medianOf } from './figure.ts'
import { type BenchDatabase, startPostgres } from './postgres.ts'

const usualRecords = 1_000_000
const filledColumns = 20
const addedColumns = 10

/** The cost of one change of a filled table. */
interface Cost {
  readonly seconds: number
  readonly walBytes: number
  /** Whether the table's file is the same as before. */
  readonly file: 'kept' | 'rewritten'
}

/**
 * Adds ten columns and an index by migration to a table of a million rows with a view on it; and, for
 * comparison, changes a column's type in place, which hubgen never does.
 */
export async function benchMigrate(options: BenchOptions): Promise<readonly Figure[]> {
  const { records = usualRecords, rounds, note } = options
  await using postgres = await startPostgres()
  const rounded: { columns: Cost; index: Cost; rewrite: Cost; tableBytes: number }[] = []
  for (let round = 0; round < rounds; round += 1) {
    const server = await postgres.createDatabase()
    await using database = await openDatabase(
      readDatabaseSettings({ DATABASE_URL: server.url }, process.cwd()),
    )
    rounded.push(await measure(server, database, records))
    note(`round ${round + 1} of ${rounds}`)
  }
  const [first] = rounded
  return [
    {
      what: `table of ${formatCount(records)} rows, ${filledColumns} filled columns`,
      median: formatMegabytes(first?.tableBytes ?? 0),
    },
    ...describeCost(
      `add ${addedColumns} columns by migration`,
      rounded.map(({ columns }) => columns),
      'kept',
    ),
    ...describeCost(
      'add an index by migration, CONCURRENTLY',
      rounded.map(({ index }) => index),
      'kept',
    ),
    ...describeCost(
      'for comparison: one column of another type in place',
      rounded.map(({ rewrite }) => rewrite),
    ),
  ]
}

async function measure(server: BenchDatabase, database: Database, records: number) {
  const before = explore(definitions(filledColumns, 'filled'), null)
  const creation = migrationsTo(before, [])
  await migrate(database, creation)
  await fill(server, records)
  await server.query('CREATE VIEW reads_it AS SELECT * FROM hubspot.deal')
  const wider = explore(
    [...definitions(filledColumns, 'filled'), ...definitions(addedColumns, 'added')],
    before,
  )
  const columns = migrationsTo(wider, creation)
  const indexed: Analysis = { ...wider, keyProperty: 'filled_1' }
  const index = migrationsTo(indexed, [...creation, ...columns])
  const [size] = await server.query<{ bytes: string }>(
    `SELECT pg_total_relation_size('hubspot.deal') AS bytes`,
  )
  const columnsCost = await costOf(server, () => migrate(database, [...creation, ...columns]))
  const indexCost = await costOf(server, () =>
    migrate(database, [...creation, ...columns, ...index]),
  )
  await server.query('DROP VIEW reads_it')
  const rewrite = await costOf(server, () =>
    server.query('ALTER TABLE hubspot.deal ALTER property_filled_2 TYPE numeric USING NULL'),
  )
  return { columns: columnsCost, index: indexCost, rewrite, tableBytes: Number(size?.bytes) }
}

async function costOf(server: BenchDatabase, change: () => Promise<unknown>): Promise<Cost> {
  const file = await fileOf(server)
  await server.query('CHECKPOINT')
  const wal = await server.walBytes()
  const start = performance.now()
  await change()
  const seconds = (performance.now() - start) / 1000
  const kept = (await fileOf(server)) === file
  return { seconds, walBytes: (await server.walBytes()) - wal, file: kept ? 'kept' : 'rewritten' }
}

async function fileOf(server: BenchDatabase): Promise<number | undefined> {
  const [row] = await server.query<{ file: number }>(
    `SELECT pg_relation_filenode('hubspot.deal') AS file`,
  )
  return row?.file
}

async function fill(server: BenchDatabase, records: number): Promise<void> {
  const names = Array.from({ length: filledColumns }, (_, index) => `property_filled_${index}`)
  const values = names.map((_, index) => `'value ' || (number + ${index})`)
  await server.query(`
    INSERT INTO hubspot.deal (id, portal_id, updated_at, ${names.join(', ')})
    SELECT number, 8100142, now(), ${values.join(', ')} FROM generate_series(1, ${records}) AS number`)
  await server.query('VACUUM ANALYZE hubspot.deal')
}

function describeCost(
  what: string,
  costs: readonly Cost[],
  bound?: Cost['file'],
): readonly Figure[] {
  const rewritten = costs.some(({ file }) => file === 'rewritten')
  return [
    { what, median: formatSeconds(medianOf(costs, ({ seconds }) => seconds)) },
    { what: `${what}: WAL`, median: formatMegabytes(medianOf(costs, ({ walBytes }) => walBytes)) },
    {
      what: `${what}: the table's file`,
      median: rewritten ? 'rewritten' : 'kept',
      ...(bound !== undefined && { bound }),
    },
  ]
}

function formatMegabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MB`
}

function migrationsTo(
  analysis: Analysis,
  existing: readonly MigrationFile[],
): readonly MigrationFile[] {
  return [...render([analysis], existing)]
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql }))
}

function explore(properties: readonly PropertyDefinition[], earlier: Analysis | null): Analysis {
  return buildAnalysis(
    {
      entity: 'deals',
      table: 'deal',
      objectType: {
        id: '0-3',
        name: 'deals',
        singularLabel: 'Deal',
        pluralLabel: 'Deals',
        custom: false,
      },
      portal: { id: 8100142, timeZone: 'Europe/Berlin', currency: 'EUR' },
      keyProperty: null,
      createdProperty: 'createdate',
      modifiedProperty: 'hs_lastmodifieddate',
      definitions: properties,
      unanswered: new Set(),
      unreadable: new Map(),
      groups: [],
      pipelines: [],
      associations: [],
    },
    earlier,
    null,
  ).analysis
}

function definitions(count: number, name: string): readonly PropertyDefinition[] {
  return Array.from({ length: count }, (_, index) => ({
    name: `${name}_${index}`,
    label: `${name} ${index}`,
    description: '',
    group: '',
    type: 'string',
    fieldType: 'text',
    options: [],
    calculated: false,
    externalOptions: false,
    referencedObjectType: null,
    hubspotDefined: false,
    hidden: false,
    unique: false,
    sensitivity: 'non_sensitive',
    archived: false,
  }))
}
