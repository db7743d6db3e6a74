import { machine } from '../runtime/machine.ts'

/** What a page that is open shows of what moves. */
export interface Snapshot {
  /** HTML by the id of the element that it replaces. */
  readonly regions: Readonly<Record<string, string>>
  /** Lines behind the watcher's cursor, in order; at most N at a time. */
  readonly lines: readonly SnapshotLine[]
  /** Something is under way: look again soon. */
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
  /** Everything that this page has not got yet; resolves when it went out, rejects when nobody is there. */
  send(update: Update): Promise<void>
  /** What pages show could not be read (`trouble`), or could again (`well`). */
  tell(state: 'trouble' | 'well'): void
}

/** @internal Exported for tests. */
export interface Update {
  readonly regions: Readonly<Record<string, string>>
  readonly lines: readonly SnapshotLine[]
}

/** Reads what a topic's pages show, with lines behind a cursor. */
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
  /** Called with what a reading failed with; it is tried again. */
  readonly onError: (error: unknown) => void
  readonly busyMs?: number
  readonly idleMs?: number
}

/** Fast enough for a bar that moves, slow enough to cost a database nothing. */
const usualBusyMs = 500
const usualIdleMs = 2_000

/**
 * Pages that are open, by topic: however many they are, each topic is read once a tick, and nobody is asked
 * while no page is open. A page that takes its updates slowly gets fewer of them: nothing piles up, its cursor
 * waits with it.
 */
export class LiveHub {
  readonly #options: LiveHubOptions
  readonly #topics = new Map<string, Set<Open>>()
  readonly #ended = new AbortController()

  constructor(options: LiveHubOptions) {
    this.#options = options
  }

  /** Until the returned function is called; lines begin behind the cursor. */
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

  /** Called once when the hub is closed, or at once where it is. */
  onClose(listener: () => void): void {
    const { signal } = this.#ended
    if (signal.aborted) listener()
    else signal.addEventListener('abort', () => listener(), { once: true })
  }

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
      // Lines are read for those who can take them: one that is stuck keeps the others from nothing.
      const ready = [...pages].filter(({ sending }) => !sending)
      let pauseMs = ready.length === 0 ? busyMs : idleMs
      try {
        if (ready.length > 0) {
          const snapshot = await read(topic, earliest(ready.map(({ cursor }) => cursor)))
          for (const page of pages) tell(page, 'well')
          for (const page of ready) this.#update(topic, page, snapshot)
          if (snapshot.busy) pauseMs = busyMs
        }
      } catch (error) {
        for (const page of pages) tell(page, 'trouble')
        onError(error)
      }
      await machine.pause(pauseMs, this.#ended.signal).catch(() => {})
    }
  }

  #update(topic: string, page: Open, { regions, lines }: Snapshot): void {
    const news = Object.entries(regions).filter(([id, html]) => page.sent.get(id) !== html)
    const behind = lines.filter(({ cursor }) => compareCursors(cursor, page.cursor) > 0)
    if (news.length === 0 && behind.length === 0) return
    page.sending = true
    page.watcher.send({ regions: Object.fromEntries(news), lines: behind }).then(
      () => {
        for (const [id, html] of news) page.sent.set(id, html)
        page.cursor = behind.at(-1)?.cursor ?? page.cursor
        page.sending = false
      },
      () => this.#topics.get(topic)?.delete(page),
    )
  }
}

/** Once each time that it changes. */
function tell(page: Open, state: 'trouble' | 'well'): void {
  if (page.troubled === (state === 'trouble')) return
  page.troubled = state === 'trouble'
  page.watcher.tell(state)
}

/**
 * Two cursors `run.number`: by run, then by number.
 * @internal Exported for tests.
 */
export function compareCursors(one: string, other: string): number {
  const [run = 0n, number = 0n] = partsOf(one)
  const [otherRun = 0n, otherNumber = 0n] = partsOf(other)
  if (run !== otherRun) return run < otherRun ? -1 : 1
  if (number === otherNumber) return 0
  return number < otherNumber ? -1 : 1
}

/** What a browser sends back may be anything; null for what is no cursor. */
export function parseCursor(text: string | undefined): string | null {
  return text !== undefined && /^\d{1,18}\.\d{1,9}$/.test(text) ? text : null
}

function partsOf(cursor: string): readonly bigint[] {
  return cursor.split('.').map(BigInt)
}

function earliest(cursors: readonly string[]): string {
  return cursors.reduce((least, cursor) => (compareCursors(cursor, least) < 0 ? cursor : least))
}
