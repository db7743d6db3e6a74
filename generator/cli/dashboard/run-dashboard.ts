import { styleText } from 'node:util'
import { parseBasePath } from '../../../dashboard/base-path.ts'
import type {
  DashboardEntity,
  DashboardOptions,
  StartMode,
  StartRequest,
} from '../../../dashboard/dashboard-options.ts'
import { serveDashboard } from '../../../dashboard/serve-dashboard.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { planMigrate } from '../../../runtime/postgres/schema/plan-migrate.ts'
import { readMigrations } from '../../../runtime/postgres/schema/read-migrations.ts'
import { resourceOf } from '../../../runtime/resources/resources.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { reportFailure } from '../../../runtime/terminal/report-failure.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { chooseQuarantine } from '../../config/choose-thresholds.ts'
import { type Config, readConfig } from '../../config/read-config.ts'
import { analysisPath, readAnalysis } from '../../explore/analysis-folder.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { alertContext } from '../../project/alert-context.ts'
import { checkEntity } from '../../project/check-entity.ts'
import { chooseWithResources, unlistedResources } from '../../project/choose-entities.ts'
import { estimateFull } from '../../project/estimate-full.ts'
import { resourcesOfAll } from '../../project/find-entity.ts'
import { importEntity } from '../../project/import-entity.ts'
import { lookForDrift } from '../../project/look-for-drift.ts'
import { ownPortalsFile } from '../../project/portals/find-portal.ts'
import { labelOf } from '../../project/watched-entities.ts'
import { openSettingsDatabase } from '../open-database.ts'
import { waitForSignal } from '../wait-for-signal.ts'
import { runPortalsDashboard } from './run-portals-dashboard.ts'

export interface DashboardRequest {
  readonly directory: string
  readonly host: string
  readonly port: number
  readonly basePath: string
  readonly format: 'json' | 'text'
}

/** Serves until Ctrl-C; runs that were started from the pages continue. */
export async function runDashboard(request: DashboardRequest) {
  const { directory, host, port, format } = request
  const basePath = readBasePath(request.basePath)
  const portals = ownPortalsFile(process.cwd(), process.env)
  if (portals !== null) return await runPortalsDashboard(portals, { ...request, basePath })
  const say = (line: string) => {
    if (format === 'text') print(line)
  }
  const stopped = waitForSignal()
  const { entities, config, ...shown } = await readEntities(directory)
  const environment = loadEnvironment(process.cwd())
  await using database = await openSettingsDatabase(say)
  await using dashboard = await serveDashboard({
    host,
    port,
    basePath,
    alerts: alertContext(config, environment),
    token: environment['HUBGEN_DASHBOARD_TOKEN']?.trim() || null,
    ...shown,
    listedAs: process.env['HUBGEN_PORTAL'],
    database,
    entities,
    directory: process.cwd(),
    syncCommand: (request) => syncCommand(directory, request),
    estimateFull: (entity) => estimateFull(directory, folderOf(entities, entity), database),
    check: (entity) => checkEntity(directory, entity, database),
    lookForDrift: oneAtATime(() => lookForDrift(directory, 'all', database)),
    pendingMigrations: () => pendingMigrations(directory, database),
    onError: (error) => {
      if (error instanceof HubgenError) return
      reportFailure(error)
    },
  })
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify({ event: 'started', url: dashboard.url })}\n`)
  }
  say(`\n${countOf(entities.length, 'entity')}: open`)
  say(`\n  ${styleText('bold', dashboard.url)}\n`)
  say('Ctrl-C stops it; runs that were started from it continue.')
  await stopped
  say('\nStopped. `hubgen status` shows the active runs.')
}

/** The generated entities by name, with their labels, their portal, and the names that pages show. */
async function readEntities(directory: string): Promise<
  Pick<DashboardOptions, 'entities' | 'unlisted' | 'portal' | 'portalName' | 'environment'> & {
    readonly config: Config | null
  }
> {
  // An invalid configuration does not prevent showing the pages; the actions that need it report the error.
  const config = await readConfig(process.cwd()).catch((error: unknown) => {
    if (error instanceof HubgenError) return null
    throw error
  })
  const entities: DashboardEntity[] = []
  let portal: DashboardOptions['portal'] = null
  const generated = chooseWithResources(
    directory,
    [],
    'all',
    'dashboard',
    resourcesOfAll(config?.resources),
  )
  for (const folder of generated) {
    const facts = await importEntity(directory, folder)
    const resource = resourceOf(facts)
    if (resource !== null) {
      entities.push({ facts, label: labelOf(resource) })
      continue
    }
    const { name } = facts
    const analysis = await readAnalysis(analysisPath(directory, folder))
    portal ??= analysis?.portal ?? null
    const label = analysis?.objectType.pluralLabel || name
    const quarantine = analysis === null ? {} : { quarantine: chooseQuarantine(config, analysis) }
    entities.push({ facts, label, ...quarantine })
  }
  const { portalName = null, environment = null } = config ?? {}
  const unlisted = unlistedResources(directory, generated)
  return { entities, unlisted, portal, portalName, environment, config }
}

/** The folder of the generated files: resources have a common one. */
function folderOf(entities: readonly DashboardEntity[], name: string): string {
  const isResource = entities.some(
    ({ facts }) => facts.name === name && facts.resource !== undefined,
  )
  return isResource ? `${PORTAL_FOLDER}/${name}` : name
}

/** Runs this program, so that a sync from the browser behaves like one from the terminal. */
function syncCommand(directory: string, { entities, mode, limit }: StartRequest) {
  const program = process.argv[1] ?? ''
  const reading: Readonly<Record<StartMode, readonly string[]>> = {
    incremental: [],
    full: ['--full'],
    audit: ['--audit'],
    test: limit === null ? [] : [String(limit)],
  }
  const command: [string, ...string[]] = [
    process.execPath,
    ...process.execArgv,
    program,
    'sync',
    ...entities,
    ...reading[mode],
    '--directory',
    directory,
  ]
  return command
}

async function pendingMigrations(directory: string, database: Database) {
  const files = await readMigrations(directory).catch((error: unknown) => {
    if (error instanceof HubgenError && error.code === 'MIGRATIONS_MISSING') return []
    throw error
  })
  return planMigrate(database, files)
}

/** Concurrent callers share one execution and its result. */
function oneAtATime<T>(work: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null
  return () => {
    underWay ??= work().finally(() => {
      underWay = null
    })
    return underWay
  }
}

/** Fails with USAGE. */
function readBasePath(text: string): string {
  const path = parseBasePath(text)
  if (path !== null) return path
  throw new HubgenError(
    'USAGE',
    `--base-path takes a path of letters, digits, \`-\`, \`_\`, \`.\` and \`~\`, found \`${text}\``,
    { fix: '`hubgen dashboard --base-path /hubgen`' },
  )
}
