import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startChild } from './child.ts'
import { type ContactsModule, generateContacts } from './contacts-module.ts'
import { copyToFile } from './copy-rows.ts'
import { type BenchOptions, type Figure, formatCount, formatShare, medianOf } from './figure.ts'
import { type Portal, startPortal } from './portal.ts'
import { type BenchDatabase, type BenchPostgres, startPostgres } from './postgres.ts'
import { recordsPerSecond, runSync } from './run-sync.ts'

const contacts = 200_000
const properties = 250
/** Enough that the one JavaScript thread never waits. */
const readers = 4

export interface FloorInput {
  readonly url: string
  readonly token: string
  /** The cursor of each page. */
  readonly cursors: readonly string[]
  /** Pages in flight at once. */
  readonly readers: number
  /** Without `after`. */
  readonly query: string
  readonly databaseUrl: string
  readonly table: string
  /** The rows in the format of binary COPY. */
  readonly file: string
}

export interface FloorFacts {
  readonly records: number
  readonly seconds: number
  readonly cpuSeconds: number
}

interface Sample {
  readonly syncRate: number
  readonly floorRate: number
  readonly syncCpuMs: number
  readonly floorCpuMs: number
  readonly serverCpuMs: number
}

/** Compares a full sync with the minimum work of any sync in one process; measures both in each round. */
export async function benchFloor(options: BenchOptions): Promise<readonly Figure[]> {
  await using portal = await startPortal({
    contacts: options.records ?? contacts,
    properties,
    limits: 'none',
    compression: 'none',
    keepsRecords: true,
  })
  const module = await generateContacts(portal)
  await portal.warmUp(module.properties)
  const ceiling = await portal.warmUp(module.properties)
  await using postgres = await startPostgres()
  const samples: Sample[] = []
  for (let round = 0; round < options.rounds; round += 1) {
    const sample = await measure(portal, module, postgres)
    const { syncRate, floorRate } = sample
    options.note(`sync ${formatCount(syncRate)}/s, floor ${formatCount(floorRate)}/s`)
    samples.push(sample)
  }
  return [
    {
      what: 'full sync as a share of the floor',
      median: formatShare(medianOf(samples, ({ syncRate, floorRate }) => syncRate / floorRate)),
      bound: '≥ 60 %',
    },
    rate(
      'full sync',
      medianOf(samples, ({ syncRate }) => syncRate),
    ),
    rate(
      'floor',
      medianOf(samples, ({ floorRate }) => floorRate),
    ),
    rate("simulator's own ceiling, one reader", ceiling * 100),
    cpu(
      'full sync, client',
      medianOf(samples, ({ syncCpuMs }) => syncCpuMs),
    ),
    cpu(
      'full sync, server',
      medianOf(samples, ({ serverCpuMs }) => serverCpuMs),
    ),
    cpu(
      'floor, client',
      medianOf(samples, ({ floorCpuMs }) => floorCpuMs),
    ),
  ]
}

function rate(what: string, perSecond: number): Figure {
  return { what, median: `${formatCount(perSecond)} records/s` }
}

function cpu(what: string, ms: number): Figure {
  return { what, median: `${ms.toFixed(1)} ms of CPU per 100 records` }
}

async function measure(
  portal: Portal,
  module: ContactsModule,
  postgres: BenchPostgres,
): Promise<Sample> {
  const database = await postgres.createDatabase()
  module.migrate(database)
  await database.query('CHECKPOINT')
  const serverBefore = postgres.cpuSeconds()
  const sync = await runSync(module, portal, database)
  const serverCpuSeconds = postgres.cpuSeconds() - serverBefore
  const floor = await measureFloor(portal, module, database)
  const pages = sync.report.read / 100
  return {
    syncRate: recordsPerSecond(sync),
    floorRate: floor.records / floor.seconds,
    syncCpuMs: (sync.cpuSeconds * 1000) / pages,
    floorCpuMs: (floor.cpuSeconds * 1000) / pages,
    serverCpuMs: (serverCpuSeconds * 1000) / pages,
  }
}

/** Empties the table and loads the same rows again. */
async function measureFloor(
  portal: Portal,
  module: ContactsModule,
  database: BenchDatabase,
): Promise<FloorFacts> {
  const table = 'hubspot.contact'
  const directory = mkdtempSync(join(tmpdir(), 'hubgen-bench-rows-'))
  try {
    const file = join(directory, 'rows')
    await copyToFile(database.url, table, file)
    const cursors = await database.query<{ id: string }>(
      `SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) FROM ${table}) AS numbered
       WHERE row_number % 100 = 1 ORDER BY id`,
    )
    await database.query(`TRUNCATE ${table}`)
    await database.query('CHECKPOINT')
    const { url, token } = portal
    const query = new URLSearchParams({ limit: '100', properties: module.properties.join(',') })
    const input: FloorInput = {
      url,
      token,
      cursors: cursors.map(({ id }) => id),
      readers,
      query: query.toString(),
      databaseUrl: database.url,
      table,
      file,
    }
    await using child = startChild('floor-process.ts', { input })
    return await child.answer<FloorFacts>()
  } finally {
    rmSync(directory, { recursive: true })
  }
}
