import { vi } from 'vitest'
import { syncInRounds } from '../../generator/cli/sync/sync-every.ts'
import type { Entity } from '../../runtime/entity.ts'
import type { Clock } from '../../runtime/hubspot/limits/clock.ts'
import { createRateLimiter } from '../../runtime/hubspot/limits/rate-limiter.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { interruptQuietly } from '../../runtime/terminal/interrupt.ts'
import { type DatabaseProxy, startDatabaseProxy } from './database-proxy.ts'
import { createInstantClock } from './hubspot/instant-clock.ts'
import type { TestClock } from './simulator.ts'
import type { SyncPortal } from './sync-portal.ts'

/** The cost of a round. */
export interface RoundCost {
  readonly round: number
  readonly connections: number
  readonly calls: number
}

export interface WatchedPortal {
  readonly portal: Pick<SyncPortal, 'simulator' | 'database' | 'directory' | 'entity'>
  /** The clock of the portal and of the watcher. */
  readonly time: TestClock
  /** The simulator's, or that of a proxy in front of it. */
  readonly hubSpotUrl?: string
  readonly entities?: readonly Entity[]
  readonly everyMs?: number
  readonly options?: Pick<SyncOptions, 'lookAt'>
  /** Called after each round with its cost, before the wait; true ends the rounds. */
  after(cost: RoundCost): Promise<boolean> | boolean
}

/** `hubgen sync --every 1m` in this process until `after` ends it, as one watcher from its start to its end. */
export async function watchPortal(watched: WatchedPortal): Promise<void> {
  const { portal, time, everyMs = 60_000, options = {} } = watched
  await using proxy = await startDatabaseProxy(portal.database.url)
  const calls = () => portal.simulator.requests.total
  let before = { connections: 0, calls: calls() }
  let round = 0
  const clock: Clock = {
    now: () => time.nowMs(),
    async sleep(durationMs) {
      round += 1
      const now = { connections: proxy.opened, calls: calls() }
      const cost = {
        round,
        connections: now.connections - before.connections,
        calls: now.calls - before.calls,
      }
      if (await watched.after(cost)) {
        interruptQuietly()
        return
      }
      before = { connections: proxy.opened, calls: calls() }
      time.advance(durationMs)
    },
  }
  const instant = createInstantClock()
  const connect = { clock: instant, rateLimiter: createRateLimiter(instant) }
  setEnvironment(portal, watched.hubSpotUrl ?? portal.simulator.url, proxy)
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const request = {
    directory: 'generated',
    names: [],
    asked: 'named',
    options: { logLevel: 'error' },
    format: 'json',
    detail: 'outcome',
    maxCalls: undefined,
    sliceMs: undefined,
    configured: () => options,
  } as const
  const entities = watched.entities ?? [portal.entity]
  const listeners = listenersNow()
  try {
    await syncInRounds(entities, request, everyMs, { clock, random: () => 0.5, connect })
  } finally {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) {
        if (!listeners.has(listener)) process.off(signal, listener)
      }
    }
    vi.unstubAllEnvs()
    vi.restoreAllMocks()
  }
}

const signals = ['SIGINT', 'SIGTERM'] as const

/** A command ends with its process, which removes its listeners; a test does not. */
function listenersNow(): ReadonlySet<unknown> {
  return new Set(signals.flatMap((signal) => process.listeners(signal)))
}

function setEnvironment(
  { simulator, directory }: WatchedPortal['portal'],
  hubSpotUrl: string,
  proxy: DatabaseProxy,
): void {
  vi.stubEnv('HUBSPOT_API_URL', hubSpotUrl)
  vi.stubEnv('HUBSPOT_API_TOKEN', simulator.token)
  vi.stubEnv('DATABASE_URL', proxy.url)
  vi.stubEnv('HUBGEN_LOGS', 'off')
  vi.spyOn(process, 'cwd').mockReturnValue(directory)
}
