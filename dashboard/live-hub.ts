import { machine } from '../runtime/machine.ts'

/** The current content of an open page's changing parts. */
export interface Snapshot {
  /** HTML by the id of the element that it replaces. */
  readonly regions: Readonly<Record<string, string>>
  /**
   * Elements with regions in them, whose ids begin with theirs: `entities` with `entities-deals`. One is sent
   * whole when its `place` changes, otherwise its regions are sent.
   */
  readonly wholes?: Readonly<Record<string, { readonly html: string; readonly place: string }>>
  /** Lines after the watcher's cursor, in order; a limited number at a time. */
  readonly lines: readonly SnapshotLine[]
  /** A run is active, so the next reading is due soon. */
  readonly busy: boolean
}

/** @internal Exported for tests. */
export interface SnapshotLine {
  /** `run.number`, ascending. */
  readonly cursor: string
  readonly html: string
}

/** One open page. */
export interface Watcher {
  /**
   * Sends everything that this page does not have yet; resolves when it was sent, rejects if the page is
   * gone.
   */
  send(update: Update): Promise<void>
  /** Called when the data of the pages cannot be read (`trouble`), or can again (`well`). */
  report(state: 'trouble' | 'well'): void
}

/** @internal Exported for tests. */
export interface Update {
  readonly regions: Readonly<Record<string, string>>
  readonly lines: readonly SnapshotLine[]
}

/** Reads the content of a topic's pages, with lines after a cursor. */
type ReadSnapshot = (topic: string, after: string) => Promise<Snapshot>

interface Open {
  readonly watcher: Watcher
  readonly sent: Map<string, string>
  cursor: string
  sending: boolean
  troubled: boolean
}

export interface LiveHubOptions {
  readonly read: ReadSnapshot
  /** Called with the error of a failed reading, which is retried. */
  readonly onError: (error: unknown) => void
  readonly busyMs?: number
  readonly idleMs?: number
}

/** More open pages than people have; each one costs a connection. */
const mostPages = 100

/** Fast enough for a moving bar, slow enough to be no load for the database. */
const usualBusyMs = 500
const usualIdleMs = 2_000

/**
 * The open pages, by topic. Each topic is read once per tick for all its pages, and not at all while no
 * page is open. A slow page gets fewer updates: nothing queues up, and its cursor waits.
 */
export class LiveHub {
  readonly #options: LiveHubOptions
  readonly #topics = new Map<string, Set<Open>>()
  readonly #ended = new AbortController()

  constructor(options: LiveHubOptions) {
    this.#options = options
  }

  /** Whether there are as many open pages as the hub serves. */
  get isFull(): boolean {
    return [...this.#topics.values()].reduce((sum, { size }) => sum + size, 0) >= mostPages
  }

  /** Serves the page until the returned function is called; lines begin after the cursor. */
  open(topic: string, cursor: string, watcher: Watcher): () => void {
    const page: Open = { watcher, cursor, sent: new Map(), sending: false, troubled: false }
    const pages = this.#topics.get(topic)
    if (pages !== undefined) {
      pages.add(page)
    } else {
      this.#topics.set(topic, new Set([page]))
      void this.#follow(topic)
    }
    return () => this.#topics.get(topic)?.delete(page)
  }

  /** Called once when the hub is closed, or at once if it already is; the returned function withdraws it. */
  onClose(listener: () => void): () => void {
    const { signal } = this.#ended
    const listen = () => listener()
    if (signal.aborted) listener()
    else signal.addEventListener('abort', listen, { once: true })
    return () => signal.removeEventListener('abort', listen)
  }

  /** A reading under way may still end; its result and its error are dropped. */
  close(): void {
    this.#ended.abort()
    this.#topics.clear()
  }

  async #follow(topic: string): Promise<void> {
    const { read, onError, busyMs = usualBusyMs, idleMs = usualIdleMs } = this.#options
    for (;;) {
      const pages = this.#topics.get(topic)
      if (pages === undefined || pages.size === 0) {
        this.#topics.delete(topic)
        return
      }
      // Lines are read only for pages that can take them, so that a slow page does not delay others.
      const ready = [...pages].filter(({ sending }) => !sending)
      let pauseMs = ready.length === 0 ? busyMs : idleMs
      try {
        if (ready.length > 0) {
          const snapshot = await read(topic, earliest(ready.map(({ cursor }) => cursor)))
          if (this.#ended.signal.aborted) return
          for (const page of pages) report(page, 'well')
          for (const page of ready) this.#update(topic, page, snapshot)
          if (snapshot.busy) pauseMs = busyMs
        }
      } catch (error) {
        // Its owner may have closed the database during the reading.
        if (this.#ended.signal.aborted) return
        for (const page of pages) report(page, 'trouble')
        onError(error)
      }
      await machine.pause(pauseMs, this.#ended.signal).catch(() => {})
    }
  }

  #update(topic: string, page: Open, { regions, wholes = {}, lines }: Snapshot): void {
    const moved = Object.entries(wholes).filter(([id, { place }]) => page.sent.get(id) !== place)
    const isWithin = (id: string) => moved.some(([whole]) => id.startsWith(`${whole}-`))
    const changed = Object.entries(regions).filter(([id, html]) => page.sent.get(id) !== html)
    const news = changed.filter(([id]) => !isWithin(id))
    const behind = lines.filter(({ cursor }) => compareCursors(cursor, page.cursor) > 0)
    if (moved.length === 0 && news.length === 0 && behind.length === 0) return
    const html = [...moved.map(([id, whole]) => [id, whole.html] as const), ...news]
    page.sending = true
    page.watcher.send({ regions: Object.fromEntries(html), lines: behind }).then(
      () => {
        for (const [id, { place }] of moved) page.sent.set(id, place)
        for (const [id, html] of changed) page.sent.set(id, html)
        page.cursor = behind.at(-1)?.cursor ?? page.cursor
        page.sending = false
      },
      () => this.#topics.get(topic)?.delete(page),
    )
  }
}

/** Called only when the state changes. */
function report(page: Open, state: 'trouble' | 'well'): void {
  if (page.troubled === (state === 'trouble')) return
  page.troubled = state === 'trouble'
  page.watcher.report(state)
}

/**
 * Compares two cursors `run.number`: by run, then by number.
 * @internal Exported for tests.
 */
export function compareCursors(one: string, other: string): number {
  const [run = 0n, number = 0n] = partsOf(one)
  const [otherRun = 0n, otherNumber = 0n] = partsOf(other)
  if (run !== otherRun) return run < otherRun ? -1 : 1
  if (number === otherNumber) return 0
  return number < otherNumber ? -1 : 1
}

/** Browsers may send back anything; null if the text is not a cursor. */
export function parseCursor(text: string | undefined): string | null {
  return text !== undefined && /^\d{1,18}\.\d{1,9}$/.test(text) ? text : null
}

function partsOf(cursor: string): readonly bigint[] {
  return cursor.split('.').map(BigInt)
}

function earliest(cursors: readonly string[]): string {
  return cursors.reduce((least, cursor) => (compareCursors(cursor, least) < 0 ? cursor : least))
}
