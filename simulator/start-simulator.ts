import { createServer, type Server } from 'node:http'
import { applyPageChange } from './apply-page-change.ts'
import { ChangeLog, observeStore } from './change-log.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Context, ListPage } from './context.ts'
import { createStore, type StoreOptions } from './create-store.ts'
import { FaultPlan, type Faults } from './faults.ts'
import { Access } from './http/access.ts'
import { OAuthApp, type OAuthOptions } from './http/oauth-app.ts'
import { Router } from './http/router.ts'
import { type AnsweredCall, type Desk, serveRequest } from './http/serve-request.ts'
import type { Latency } from './latency.ts'
import { type Limits, RateLimits } from './limits.ts'
import { Definitions } from './records/definitions.ts'
import { RecordCache } from './records/record-cache.ts'
import { RequestCounters } from './request-counters.ts'
import { makeResources } from './resources/make-resources.ts'
import type { Resources } from './resources/resources.ts'
import { allRoutes } from './routes/all-routes.ts'
import { MatchCache } from './search/match-cache.ts'
import { seededRandom } from './seeded-random.ts'
import type { Store } from './store.ts'

/** Looks like a service key of an EU portal; valid only for the simulator. */
export const simulatorToken = 'pat-eu1-00000000-0000-4000-8000-000000000000'

export interface SimulatorOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number
  /** Default 127.0.0.1, reachable only from this machine. */
  readonly host?: string
  /** The portal; by default one is created from `seed` and `records`. */
  readonly store?: Store
  /** For the portal, the faults and the latency. */
  readonly seed?: number
  /** Number of records by plural name, e.g. `{ contacts: 10_000 }`. */
  readonly records?: Readonly<Record<string, number>>
  /** Of the portal; see `createStore`. */
  readonly oddValues?: StoreOptions['oddValues']
  readonly emptyObjects?: StoreOptions['emptyObjects']
  /** The portal's id; 8,100,142 by default. */
  readonly portalId?: number
  readonly token?: string
  /** The only OAuth app whose refresh tokens work; by default every one does, and gives `token`. */
  readonly oauth?: OAuthOptions
  /** Scopes of the token; all scopes by default. */
  readonly scopes?: readonly string[]
  /** Default: a Professional portal, 190 calls per ten seconds, 625,000 per day, 5 searches per second. */
  readonly limits?: Limits
  /** Default 0. */
  readonly latency?: Latency
  /** Longer request URLs answer 414. Default 16,384, as measured; clients also met a limit of 8,192. */
  readonly urlLimitBytes?: number
  /**
   * Longer search bodies are refused. No limit by default: HubSpot documents 3,000 characters, but answers the
   * longer lists of properties that clients send.
   */
  readonly searchBodyLimit?: number
  /** Default: gzip for clients that accept it. Benchmarks of other parts turn it off. */
  readonly compression?: 'gzip' | 'none'
  /** Caches rendered records up to this size; default 0. */
  readonly recordCacheBytes?: number
  /** Linked records per input in one association batch. Default 1,000. */
  readonly associationPageSize?: number
  /** For rate windows, index lag and the stamps of changes; tests pass their own clock. */
  readonly clock?: Clock
  /** Called with the route's name before each call is answered; the answer reflects changes made here. */
  readonly onCall?: (route: string) => void
  /** Called with each call once its answer is known. */
  readonly onAnswer?: (call: AnsweredCall) => void
}

export interface Simulator {
  /** Without a trailing slash; the value for HUBSPOT_API_URL. */
  readonly url: string
  readonly token: string
  /**
   * The portal. Change it only through this object, not through a store passed in, because caches and index
   * lag observe this one.
   */
  readonly store: Store
  /** Lists, forms, e-mails and so on; tests change them. */
  readonly resources: Resources
  readonly faults: Faults
  readonly requests: RequestCounters
  /** The app of the option `oauth`. */
  readonly oauth: OAuthApp | null
  /**
   * From now on answers omit this property although it is still defined, as for a key that lost a scope or
   * a property that HubSpot retired.
   */
  withhold(typeId: string, property: string): void
  /** Reverts `withhold`. */
  grant(typeId: string, property: string): void
  /** Drops open connections and pending answers. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/** Rejects with the system's error if the port is taken or the address is not local. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const store = options.store ?? createPortal(options)
  const server = createServer({ maxHeaderSize: headerBytes, keepAliveTimeout: keepAliveMs })
  const url = await listen(server, options)
  const closing = new AbortController()
  const desk = setUpDesk(options, store, url, closing.signal)
  server.on('request', (request, response) => {
    serveRequest(desk, request, response).catch(() => response.destroy())
  })
  const close = async (): Promise<void> => {
    closing.abort()
    await stop(server)
  }
  return {
    url,
    token: desk.context.access.token,
    store: desk.context.store,
    resources: desk.context.resources,
    faults: desk.faults,
    requests: desk.requests,
    oauth: desk.context.oauth,
    withhold: (typeId, property) => desk.context.access.withhold(typeId, property),
    grant: (typeId, property) => desk.context.access.grant(typeId, property),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Accepts URLs far beyond any limit, so that the simulator refuses them rather than Node. */
const headerBytes = 1_048_576
/** Longer than clients keep idle connections, so that none is closed during a request. */
const keepAliveMs = 120_000
const defaultUrlLimitBytes = 16_384
const defaultSeed = 1

function createPortal(options: SimulatorOptions): Store {
  const { seed, portalId, records = {}, oddValues = 'broken', emptyObjects = 'present' } = options
  const { clock = systemClock } = options
  const now = (): number => clock.nowMs()
  return createStore({
    records,
    oddValues,
    emptyObjects,
    now,
    ...(seed !== undefined && { seed }),
    ...(portalId !== undefined && { portalId }),
  })
}

function setUpDesk(
  options: SimulatorOptions,
  portal: Store,
  url: string,
  closing: AbortSignal,
): Desk {
  const { seed = defaultSeed, clock = systemClock, limits = {}, latency = 0 } = options
  const changes = new ChangeLog(clock)
  const store = observeStore(portal, changes)
  const access = new Access(options.token ?? simulatorToken, options.scopes)
  const definitions = new Definitions(store, changes, access)
  const faults = new FaultPlan(seededRandom(seed + 1), changes, definitions)
  const context: Context = {
    store,
    definitions,
    resources: makeResources(store),
    access,
    oauth: options.oauth === undefined ? null : new OAuthApp(options.oauth, clock),
    changes,
    limits: new RateLimits(limits, clock, store.portal.timeZone),
    matches: new MatchCache(changes),
    kept: new RecordCache(options.recordCacheBytes ?? 0, changes),
    clock,
    associationPageSize: options.associationPageSize ?? 1_000,
    searchBodyLimit: options.searchBodyLimit ?? Number.POSITIVE_INFINITY,
    url,
    isOn: (kind) => faults.isOn(kind),
    afterPage: (page: ListPage) => {
      for (const fault of faults.changesAfterPage(page.type.typeId)) {
        applyPageChange(context, fault, page)
      }
    },
  }
  return {
    context,
    faults,
    requests: new RequestCounters(),
    router: new Router(allRoutes),
    urlLimitBytes: options.urlLimitBytes ?? defaultUrlLimitBytes,
    latency,
    compression: options.compression ?? 'gzip',
    random: seededRandom(seed + 2),
    onCall: options.onCall ?? (() => {}),
    onAnswer: options.onAnswer ?? (() => {}),
    closing,
  }
}

function listen(server: Server, options: SimulatorOptions): Promise<string> {
  const { port = 0, host = '127.0.0.1' } = options
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      const address = server.address()
      const taken = typeof address === 'object' && address !== null ? address.port : port
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${taken}`)
    })
  })
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
