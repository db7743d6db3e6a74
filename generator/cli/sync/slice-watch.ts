import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import type { Entity } from '../../../runtime/entity.ts'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { machine } from '../../../runtime/machine.ts'
import {
  type DatabaseSettings,
  readDatabaseSettings,
} from '../../../runtime/postgres/connection/settings.ts'
import { type PortalMemory, PortalWatch } from '../../../runtime/sync/portal-watch.ts'
import { keepMemory, takeMemory, workerRhythm } from '../worker/slice-memory.ts'
import { lookForNews, mayBeQuiet } from './look-for-news.ts'
import type { SyncRequest } from './sync-request.ts'

/** The watch of a slice, which continues that of the slice before. */
export interface SliceWatch {
  readonly watch: PortalWatch
  /** Between two rounds, at most. */
  readonly everySeconds: number
  /** Whether HubSpot has nothing new, so that the slice has nothing to do. */
  readonly isQuiet: boolean
  /** Gives the worker what the next slice needs. */
  keep(): Promise<void>
}

/** Asks HubSpot before the database is opened. Null unless a worker keeps the memory of its slices. */
export async function watchSlice(
  entities: readonly Entity[],
  request: SyncRequest,
): Promise<SliceWatch | null> {
  const rhythm = workerRhythm()
  if (rhythm === null || request.maxCalls !== undefined || !mayBeQuiet(request)) return null
  const key = keyOf(entities, request)
  const watch = new PortalWatch(entities, {
    everyMs: rhythm.nextSeconds * 1000,
    clock: { now: machine.nowMs },
    optionsOf: (entity) => ({ ...request.configured(entity), ...request.options }),
    memory: readMemory(await takeMemory(), key),
  })
  const isQuiet = (await lookForNews(watch, {})) !== null
  const keep = () => keepMemory(JSON.stringify({ key, memory: watch.memory() }))
  return { watch, everySeconds: rhythm.longestSeconds, isQuiet, keep }
}

/** A memory of other tables, other settings or another version of hubgen means nothing. */
function readMemory(text: string | null, key: string): PortalMemory | null {
  if (text === null) return null
  const kept = JSON.parse(text) as { readonly key: string; readonly memory: PortalMemory }
  return kept.key === key ? kept.memory : null
}

/** Without the password, which no memory needs. */
function placeOf(settings: DatabaseSettings): readonly unknown[] {
  return settings.kind === 'embedded'
    ? [settings.directory]
    : [settings.host, settings.port, settings.database]
}

function keyOf(entities: readonly Entity[], { configured, options }: SyncRequest): string {
  const { version } = createRequire(import.meta.url)('hubgen/package.json') as { version: string }
  const directory = process.cwd()
  const environment = loadEnvironment(directory)
  const facts = {
    version,
    entities: entities.map((entity) => [entity, configured(entity)]),
    options,
    database: placeOf(readDatabaseSettings(environment, directory)),
    hubSpot: environment['HUBSPOT_API_URL'],
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64')
}
