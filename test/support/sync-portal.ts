import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { explorePortal } from '../../generator/explore/explore-portal.ts'
import type { Analysis, AnalyzedProperty, ColumnType } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { type Choices, NO_CHOICES } from '../../generator/model/choices.ts'
import { render } from '../../generator/render/render.ts'
import type { Entity, PropertyCodec } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { migrate } from '../../runtime/postgres/schema/migrate.ts'
import type { SyncEvent } from '../../runtime/sync/events.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { bigint } from '../../runtime/values/bigint.ts'
import { bool } from '../../runtime/values/boolean.ts'
import { date } from '../../runtime/values/date.ts'
import { jsonb } from '../../runtime/values/jsonb.ts'
import { numeric } from '../../runtime/values/numeric.ts'
import { text } from '../../runtime/values/text.ts'
import { timestamptz } from '../../runtime/values/timestamptz.ts'
import type { Simulator, SimulatorOptions } from '../../simulator/start-simulator.ts'
import { createInstantClock, type InstantClock } from './hubspot/instant-clock.ts'
import { createDatabase, createTemplate, type TestDatabase } from './postgres.ts'
import { smallPortal, startTestSimulator } from './simulator.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A simulated portal, a migrated database, and a working directory: ready to sync. */
export interface SyncPortal extends AsyncDisposable {
  readonly simulator: Simulator
  readonly database: TestDatabase
  /** The same database, opened by the runtime. */
  readonly connection: Database
  /** Working directory; logs go to its `.hubgen/logs`. */
  readonly directory: string
  readonly analysis: Analysis
  readonly entity: Entity
  /** The output of the last `sync`. */
  readonly events: readonly SyncEvent[]
  /** The durations of the client's waits, which take no time. */
  readonly clock: InstantClock
  /** The default connection of `sync`. */
  readonly connect: NonNullable<SyncOptions['connect']>
  sync(options?: SyncOptions): Promise<SyncReport>
  /** Property columns of a row by id, as text. */
  row(id: string): Promise<Record<string, unknown> | undefined>
  count(): Promise<number>
}

/** Fills the database of a portal that was just opened; changes nothing in the portal itself. */
type Fill = (portal: SyncPortal) => Promise<void>

interface Prepared {
  readonly analysis: Analysis
  /** Of the `generated` folder after the exploration, by path in it. */
  readonly files: ReadonlyMap<string, string>
  /** A database to copy. */
  readonly template: string
}

const preparedBy = new Map<Fill | string, Promise<Prepared>>()

/**
 * `choices` stand for those of a hubgen.config.ts; without any, no former values are kept. `fill` runs once: every later opening with this function,
 * which must ask for the same portal, starts with a copy of the database that it left. Without one, the first portal of
 * its kind is explored and migrated, and the others start with a copy of its database.
 */
export async function openSyncPortal(
  entityName: string,
  options: SimulatorOptions = {},
  choices: Partial<Choices> = {},
  fill?: Fill,
): Promise<SyncPortal> {
  const stack = new AsyncDisposableStack()
  const simulator = stack.use(await startTestSimulator(options))
  const { path: directory } = stack.use(await temporaryDirectory())
  const key = fill ?? kindOf(entityName, options, choices)
  const found = key === undefined ? undefined : preparedBy.get(key)
  const prepare = async (): Promise<Prepared> => {
    const all = { ...NO_CHOICES, history: [], ...choices }
    const analysis = await explore(simulator, directory, entityName, all)
    const template = await createTemplate(async (empty) => {
      await using first = await openPortal(analysis, simulator, empty, directory)
      await migrate(first.connection, migrationsOf(analysis))
      await fill?.(first)
    })
    return { analysis, template, files: await readFolder(join(directory, 'generated')) }
  }
  const preparing = found ?? prepare()
  if (key !== undefined) preparedBy.set(key, preparing)
  const { analysis, files, template } = await preparing
  if (found !== undefined) await writeFolder(join(directory, 'generated'), files)
  const database = stack.use(await createDatabase(undefined, template))
  const portal = stack.use(await openPortal(analysis, simulator, database, directory))
  simulator.faults.clear()
  return { ...portal, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  return new Map(
    await Promise.all(
      paths.map(async (path) => [relative(folder, path), await readFile(path, 'utf8')] as const),
    ),
  )
}

async function writeFolder(folder: string, files: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}

/**
 * For tests that are about no column in particular: tickets have a third of their 202 columns, of every type, and come
 * with the list as before.
 */
export const fewColumns = {
  excludedBecause: (property: string) =>
    /^hs_(?!lastmodifieddate$|.*_ids?$)/.test(property) ? 'Columns do not matter here.' : null,
} satisfies Partial<Choices>

/** They change records or answers, but nothing that an exploration finds. */
const foundAlike: ReadonlySet<string> = new Set([
  'records',
  'seed',
  'clock',
  'compression',
  'latency',
])

/** Equal for portals with the same exploration; undefined if others cannot be known to have it. */
function kindOf(
  entityName: string,
  { records, limits = 'none', ...options }: SimulatorOptions,
  { history, excludedBecause, ...choices }: Partial<Choices>,
): string | undefined {
  const { excludedBecause: few } = fewColumns
  const columns = { all: excludedBecause === undefined, few: excludedBecause === few }
  const others = [
    ...Object.keys(options).filter((name) => !foundAlike.has(name)),
    ...Object.keys(choices),
    ...(columns.all || columns.few ? [] : ['excludedBecause']),
  ]
  if (others.length > 0 || limits !== 'none') return undefined
  const filled = Object.entries({ ...smallPortal, ...records }).filter(([, count]) => count > 0)
  return JSON.stringify([entityName, filled.map(([name]) => name).toSorted(), history, columns])
}

async function openPortal(
  analysis: Analysis,
  simulator: Simulator,
  database: TestDatabase,
  directory: string,
): Promise<SyncPortal> {
  const stack = new AsyncDisposableStack()
  const connection = stack.use(
    await openDatabase(readDatabaseSettings({ DATABASE_URL: database.url }, directory)),
  )
  const { url: baseUrl, token } = simulator
  const hubspot = { baseUrl, token, apiVersion: '2026-09' }
  const entity = entityOf(analysis)
  const clock = createInstantClock()
  const connect = { clock, rateLimiter: createRateLimiter(clock) }
  const events: SyncEvent[] = []
  return {
    simulator,
    database,
    connection,
    directory,
    analysis,
    entity,
    events,
    clock,
    connect,
    sync(given = {}) {
      events.length = 0
      const onEvent = (event: SyncEvent) => {
        events.push(event)
        given.onEvent?.(event)
      }
      return syncEntity(entity, {
        directory,
        hubspot,
        database: connection,
        connect,
        ...given,
        onEvent,
      })
    },
    async row(id) {
      const rows = await database.query(`SELECT * FROM ${entity.table} WHERE id = $1`, [id])
      return rows[0]
    },
    async count() {
      const rows = await database.query<{ count: string }>(`SELECT count(*) FROM ${entity.table}`)
      return Number(rows[0]?.count)
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function explore(
  simulator: Simulator,
  directory: string,
  entityName: string,
  choices: Choices,
): Promise<Analysis> {
  const clock = createInstantClock()
  const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  const generated = join(directory, 'generated')
  const found = await explorePortal(
    connectHubSpot(settings, { clock, rateLimiter: createRateLimiter(clock) }),
    {
      directory: generated,
      entities: [entityName],
      choicesOf: () => choices,
      sampleRecords: 0,
      onStep: () => {},
      onExplored: () => {},
    },
  )
  const path = join(generated, found.explored[0]?.entity ?? '', 'analysis.json')
  const parsed = parseAnalysis(await readFile(path, 'utf8'))
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  return parsed.analysis
}

function migrationsOf(analysis: Analysis) {
  return [...render([analysis], [])]
    .filter(([path]) => path.startsWith('migrations/'))
    .map(([path, sql]) => ({ name: path.slice('migrations/'.length), sql }))
}

const factories: Record<ColumnType, (property: string) => PropertyCodec> = {
  text,
  numeric,
  bigint,
  boolean: bool,
  date,
  timestamptz,
  jsonb,
}

/** The facts in the generated `entity.ts`, made without importing it. */
function entityOf(analysis: Analysis): Entity {
  const live = analysis.properties.filter(({ archived }) => !archived)
  const codecOf = ({ name, column }: AnalyzedProperty) => factories[column.type](name)
  return {
    name: analysis.entity,
    objectType: analysis.objectType.id,
    table: `hubspot.${analysis.table}`,
    portalId: analysis.portal?.id ?? null,
    modifiedProperty: analysis.modifiedProperty,
    properties: Object.fromEntries(
      live.map((property) => [property.column.name, codecOf(property)]),
    ),
  }
}
