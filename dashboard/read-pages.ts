import { machine } from '../runtime/machine.ts'
import { readFailedChecks } from '../runtime/monitoring/checks/read-failed-checks.ts'
import type {
  CopyStatus,
  Misfit,
  RowCount,
  WatchedEntity,
} from '../runtime/monitoring/copy-status.ts'
import { countRows } from '../runtime/monitoring/count-rows.ts'
import { findMisfits } from '../runtime/monitoring/find-misfits.ts'
import { listRuns } from '../runtime/monitoring/list-runs.ts'
import { readThroughput } from '../runtime/monitoring/read-journal.ts'
import { type NewsLine, readLastNews, readNews } from '../runtime/monitoring/read-news.ts'
import { readPortals } from '../runtime/monitoring/read-portals.ts'
import { readPropertyLabels } from '../runtime/monitoring/read-properties.ts'
import { readStatus } from '../runtime/monitoring/read-status.ts'
import { ensureState } from '../runtime/postgres/state/state.ts'
import { deletedColumnOf } from '../runtime/resources/resource-tables.ts'
import { resourceOf } from '../runtime/resources/resources.ts'
import type { DashboardEntity, DashboardOptions } from './dashboard-options.ts'
import { HistoryReader } from './history-reader.ts'
import type { HubSpotPlace, PropertyLabels } from './hubspot-links.ts'
import type { Snapshot } from './live-hub.ts'
import { renderDays } from './pages/days.ts'
import { type EntityView, renderEntityState, renderHistory } from './pages/entity.ts'
import { type ListView, renderListRegions } from './pages/entity-list.ts'
import type { Message } from './pages/layout.ts'
import { cursorOf, renderLine } from './pages/log-lines.ts'
import { everything, type Narrowing } from './pages/narrow.ts'
import { renderOverviewBody } from './pages/overview.ts'
import { chooseHues, type Hues, hueOf } from './pages/states.ts'
import { renderThroughput } from './pages/throughput.ts'
import type { RunStarter } from './start-runs.ts'

/** Counting reads an index of each table, so it is not repeated for every page view. */
const rowsKeptMs = 10_000
/** Number of lines shown at first, and sent at once. */
const firstLines = 60
const mostLines = 300
const historyRuns = 20

/** Reads the content of pages from the database. */
export class PageReader {
  readonly #options: DashboardOptions
  readonly #starter: RunStarter
  readonly #watched: readonly WatchedEntity[]
  readonly hues: Hues
  readonly #histories: HistoryReader
  #readAt = machine.now()
  #uiDomain: string | null = null
  #rows: {
    readonly atMs: number
    readonly counting: Promise<ReadonlyMap<string, RowCount>>
  } | null = null

  constructor(options: DashboardOptions, starter: RunStarter) {
    this.#options = options
    this.#starter = starter
    this.#histories = new HistoryReader(options.database)
    this.#watched = options.entities.map(watchEntity)
    this.hues = chooseHues(this.#watched.map(({ name: entity }) => entity))
  }

  /** When the database last answered. */
  get readAt(): Date {
    return this.#readAt
  }

  /** The host of the portal's pages in HubSpot; null until a run has learned it. */
  get uiDomain(): string | null {
    return this.#uiDomain
  }

  /** Creates the state tables that the pages read. */
  async prepare(): Promise<void> {
    await ensureState(this.#options.database)
  }

  /** Properties with too many unfitting values, by entity. */
  misfits(): Promise<ReadonlyMap<string, readonly Misfit[]>> {
    return findMisfits(this.#options.database, this.#watched)
  }

  /** HubSpot's labels of these properties, by entity. */
  async labels(
    named: readonly { readonly entity: string; readonly property: string | null }[],
  ): Promise<ReadonlyMap<string, PropertyLabels>> {
    const { database, entities } = this.#options
    const labels = new Map<string, PropertyLabels>()
    for (const { facts } of entities) {
      if (facts.resource !== undefined) continue
      const names = named.flatMap(({ entity, property }) =>
        entity === facts.name && property !== null ? property : [],
      )
      if (names.length > 0) {
        labels.set(facts.name, await readPropertyLabels(database, facts, names))
      }
    }
    return labels
  }

  /** Where the records of each entity are in HubSpot. */
  async places(): Promise<ReadonlyMap<string, HubSpotPlace>> {
    const { database, entities } = this.#options
    const portals = await readPortals(
      database,
      entities.map(({ facts }) => facts.name),
    )
    return new Map(
      entities.map(({ facts: { name, objectType, resource } }) => {
        const portal = resource === undefined ? portals.get(name) : undefined
        return [name, portal === undefined ? null : { ...portal, objectType }]
      }),
    )
  }

  status(): Promise<CopyStatus> {
    return this.#readStatus(this.#watched)
  }

  /** The data of the list of entities besides the status. */
  async list(status: CopyStatus, narrowing: Narrowing): Promise<ListView> {
    const failed = status.entities.filter(({ checks }) => (checks?.failed ?? 0) > 0)
    const [histories, failures] = await Promise.all([
      this.#histories.read(status),
      readFailedChecks(
        this.#options.database,
        failed.map(({ entity }) => entity),
      ),
    ])
    return { histories, failures, narrowing }
  }

  async #readStatus(watched: readonly WatchedEntity[]): Promise<CopyStatus> {
    const { database, portal } = this.#options
    const rows = await this.#countRows()
    const status = await readStatus(database, watched, { rows, timeZone: portal?.timeZone })
    for (const { entity, running, lastRun } of status.entities) {
      if (running !== null) this.#starter.hasBegun(entity)
      else if (lastRun !== null) this.#starter.hasRun(entity, lastRun.startedAt)
    }
    this.#uiDomain ??= await this.#readUiDomain()
    this.#readAt = machine.now()
    return status
  }

  async #readUiDomain(): Promise<string | null> {
    const places = await this.places()
    return [...places.values()].find((place) => place?.uiDomain != null)?.uiDomain ?? null
  }

  async entity(
    name: string,
    { message, before }: { readonly message: Message | null; readonly before?: string },
  ): Promise<EntityView | null> {
    const [moving, lines] = await Promise.all([
      this.#readMoving(name, before),
      readLastNews(this.#options.database, name, firstLines),
    ])
    return moving === null ? null : { ...moving, message, lines }
  }

  /** The changing parts of an open page. */
  async #readMoving(
    name: string,
    before?: string,
  ): Promise<Omit<EntityView, 'message' | 'lines'> | null> {
    const { database } = this.#options
    const status = await this.#readStatus(
      this.#watched.filter(({ name: entity }) => entity === name),
    )
    const [found] = status.entities
    if (found === undefined) return null
    const run = found.running ?? found.lastRun
    const [points, histories, history] = await Promise.all([
      run === null ? [] : readThroughput(database, run.id),
      this.#histories.read(status),
      listRuns(database, name, { limit: historyRuns, ...(before !== undefined && { before }) }),
    ])
    return {
      status: found,
      hue: hueOf(this.hues, name),
      start: this.#starter.stateOf(name),
      now: status.at,
      chart: renderThroughput(points),
      days: renderDays(histories.get(name) ?? [], status.api.timeZone),
      history,
      olderThan: history.length === historyRuns ? (history.at(-1)?.id ?? null) : null,
    }
  }

  /** The content of open pages: `overview`, or `entity deals`. */
  async snapshot(topic: string, after: string): Promise<Snapshot> {
    const [kind, name] = topic.split(' ')
    if (kind === 'entity' && name !== undefined) return this.#entitySnapshot(name, after)
    const status = await this.status()
    const starting = this.#watched.some(({ name: entity }) => this.#isStarting(entity))
    const view = await this.list(status, everything)
    const list = await renderListRegions(status.entities, status.at, this.hues, view)
    return {
      regions: { overview: String(await renderOverviewBody(status)), ...list.parts },
      wholes: { entities: list.whole },
      lines: [],
      busy: starting || status.totals.states.running > 0,
    }
  }

  async #entitySnapshot(name: string, after: string): Promise<Snapshot> {
    const [runId = '0', number = '0'] = after.split('.')
    const place = { runId, number: Number(number) }
    const [view, news] = await Promise.all([
      this.#readMoving(name),
      readNews(this.#options.database, name, place, mostLines),
    ])
    if (view === null) return { regions: {}, lines: [], busy: false }
    const [state, days, history, chart] = await Promise.all([
      renderEntityState(view),
      view.days,
      renderHistory(view),
      view.chart,
    ])
    return {
      regions: {
        state: String(state),
        days: String(days),
        history: String(history),
        chart: String(chart),
      },
      lines: await Promise.all(news.map(toSnapshotLine)),
      busy: view.status.running !== null || this.#isStarting(name) || news.length === mostLines,
    }
  }

  #isStarting(entity: string): boolean {
    return this.#starter.stateOf(entity)?.state === 'starting'
  }

  #countRows(): Promise<ReadonlyMap<string, RowCount>> {
    const nowMs = machine.elapsedMs()
    if (this.#rows === null || nowMs - this.#rows.atMs > rowsKeptMs) {
      const counting = countRows(this.#options.database, this.#watched)
      this.#rows = { atMs: nowMs, counting }
      // Callers that wait get the error; the next one tries again.
      counting.catch(() => {
        this.#rows = null
      })
    }
    return this.#rows.counting
  }
}

async function toSnapshotLine(line: NewsLine) {
  return { cursor: cursorOf(line), html: String(await renderLine(line)) }
}

/** The facts that `runtime/monitoring` needs about an entity or a resource. */
function watchEntity({ facts, label, quarantine }: DashboardEntity): WatchedEntity {
  const { name, table } = facts
  const resource = resourceOf(facts)
  if (resource !== null) {
    return { name, table, label, isResource: true, deletedColumn: deletedColumnOf(resource) }
  }
  return { name, table, label, ...(quarantine && { quarantine }) }
}
