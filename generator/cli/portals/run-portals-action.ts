import { HubgenError } from '../../../runtime/errors.ts'
import { openDatabase } from '../../../runtime/postgres/connection/database.ts'
import type { ServerSettings } from '../../../runtime/postgres/connection/settings.ts'
import {
  applyPortals,
  planPortals,
  type ScheduleChanges,
} from '../../../runtime/queue/apply-portals.ts'
import { connectQueue, type Queue } from '../../../runtime/queue/connect-queue.ts'
import { readSummaries } from '../../../runtime/queue/portal-summary.ts'
import { makeQueue, openQueueDatabase, planQueue } from '../../../runtime/queue/queue-schema.ts'
import { readQueue } from '../../../runtime/queue/read-queue.ts'
import { print } from '../../../runtime/terminal/print.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { findPortal, readNearestPortals } from '../../project/portals/find-portal.ts'
import { queuedPortals, queueSettings } from '../../project/portals/queue-settings.ts'
import { describePortals } from './describe-portals.ts'
import type { PortalAction } from './portal-actions.ts'
import { steerPortal } from './steer-portal.ts'

export interface PortalsRequest {
  readonly action: PortalAction
  readonly names: readonly string[]
  readonly format: 'json' | 'text'
  /** `plan`: print what `apply` would do. */
  readonly step: 'plan' | 'do'
}

export async function runPortalsAction(request: PortalsRequest): Promise<void> {
  const { action, names, step } = request
  if (step === 'plan' && action !== 'apply') throw usage('`--plan` is an option of `apply`')
  if (names.length > 0 && action === 'apply') throw usage('`apply` concerns all portals')
  const file = await readNearestPortals(process.cwd())
  const chosen = names.map((name) => findPortal(file, name))
  const settings = queueSettings(file, process.env)
  if (action === 'list') await listPortals(file, chosen, settings, request)
  else if (action === 'apply') await apply(file, settings, request)
  else await steer(file, chosen, settings, { ...request, action })
}

function usage(message: string): HubgenError {
  return new HubgenError('USAGE', message, { fix: '`hubgen portals --help`' })
}

async function listPortals(
  file: PortalsFile,
  chosen: readonly Portal[],
  settings: ServerSettings,
  { format }: PortalsRequest,
): Promise<void> {
  await using database = await openQueueDatabase(settings)
  const state = await readQueue(database, chosen.length > 0 ? chosen : queuedPortals(file))
  if (format === 'json') process.stdout.write(`${JSON.stringify(state)}\n`)
  else print(describePortals(state).join('\n'))
}

async function apply(
  file: PortalsFile,
  settings: ServerSettings,
  { format, step }: PortalsRequest,
): Promise<void> {
  if (step === 'plan') return await printPlan(file, settings)
  const made = await prepareTables(settings)
  await using queue = await connectQueue(settings, 'asking')
  const applied = await applyPortals(queue, queuedPortals(file))
  if (format === 'json') {
    process.stdout.write(`${JSON.stringify({ madeTables: made !== null, ...applied })}\n`)
    return
  }
  if (made !== null) print('the tables of the queue were made')
  print(describeChanges(applied, '').join('\n'))
  print('next: `hubgen worker`')
}

function describeChanges(changes: ScheduleChanges, of: string): readonly string[] {
  const lines = Object.entries(changes).flatMap(([change, names]) =>
    names.length === 0 ? [] : `${of}${change}: ${names.join(', ')}`,
  )
  return lines.length === 0 ? ['the schedules are as the file says'] : lines
}

/** The SQL of the tables; if they are there, the changes of schedules as comments. */
async function printPlan(file: PortalsFile, settings: ServerSettings): Promise<void> {
  await using database = await openDatabase(settings)
  const plan = await planQueue(database)
  if (plan !== null) {
    process.stdout.write(plan)
    return
  }
  const changes = describeChanges(
    await planPortals(database, queuedPortals(file)),
    'schedules that are ',
  )
  print(['the tables of the queue are there', ...changes].map((line) => `-- ${line}`).join('\n'))
}

/** The SQL that was run; null if none was needed. */
async function prepareTables(settings: ServerSettings): Promise<string | null> {
  await using database = await openDatabase(settings)
  const plan = await planQueue(database)
  if (plan !== null) await makeQueue(database, plan)
  return plan
}

async function steer(
  file: PortalsFile,
  chosen: readonly Portal[],
  settings: ServerSettings,
  { action, format }: PortalsRequest & { readonly action: Exclude<PortalAction, 'apply' | 'list'> },
): Promise<void> {
  if (chosen.length === 0 && action !== 'retry') {
    throw usage(`\`hubgen portals ${action}\` needs the name of a portal`)
  }
  await using queue = await connectQueue(settings, 'asking')
  const portals = chosen.length > 0 ? chosen : await unpausedPortals(queue, file)
  const done: string[] = []
  for (const portal of portals) if (await steerPortal(queue, portal, action)) done.push(portal.name)
  if (format === 'json') process.stdout.write(`${JSON.stringify({ [action]: done })}\n`)
  else print(done.length === 0 ? nothingDead : `${said[action]}: ${done.join(', ')}`)
}

/** A worker would take no round of the others. */
async function unpausedPortals(queue: Queue, file: PortalsFile): Promise<readonly Portal[]> {
  const summaries = await readSummaries(queue.database)
  return [...file.portals.values()].filter(({ name }) => summaries.get(name)?.paused !== true)
}

const nothingDead = 'no portal needs a person'

const said = {
  run: 'due now',
  pause: 'paused; an active slice ends as usual',
  resume: 'resumed',
  retry: 'due now',
} as const
