import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { PortalPages } from '../../../dashboard/portals/portals-options.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { exitCodeOf, startCommand } from '../portal/start-command.ts'

/** Each has a connection to a database and takes about 170 MB. */
const mostProcesses = 8
/** Long enough to follow a link, shorter than the time after which Neon suspends a database. */
const idleMs = 60_000
const lookMs = 10_000

interface PortalProcess {
  readonly child: ChildProcess
  readonly url: Promise<string>
  readonly ended: Promise<unknown>
  /** Requests under way, live updates among them. */
  open: number
  usedMs: number
}

/**
 * The dashboards of single portals, each in a process with this portal's secrets alone. They are started when a page is asked
 * for and end when none has been open for a minute, so that a database is open only while somebody looks at it.
 */
export class PortalProcesses implements AsyncDisposable {
  readonly #file: PortalsFile
  readonly #processes = new Map<string, Promise<PortalProcess>>()
  readonly #known = new Map<string, PortalProcess>()
  readonly #timer: NodeJS.Timeout

  constructor(file: PortalsFile) {
    this.#file = file
    this.#timer = machine.every(lookMs, () => this.#endIdle(idleMs))
    this.#timer.unref()
  }

  /** Fails with PORTALS_OPEN while too many others are open, and as `startCommand` does. */
  async open(portal: Portal): Promise<PortalPages> {
    const { name } = portal
    const starting = this.#processes.get(name) ?? this.#start(portal)
    const process = await starting
    process.open += 1
    process.usedMs = machine.elapsedMs()
    const close = () => {
      process.open -= 1
      process.usedMs = machine.elapsedMs()
    }
    try {
      return { url: await process.url, close }
    } catch (error) {
      close()
      throw error
    }
  }

  #start(portal: Portal): Promise<PortalProcess> {
    const { name } = portal
    if (this.#processes.size >= mostProcesses) this.#endLeastUsed()
    const starting = this.#spawn(portal)
    this.#processes.set(name, starting)
    starting.then(
      (process) => {
        this.#known.set(name, process)
        process.ended.finally(() => this.#forget(name, starting))
      },
      () => this.#forget(name, starting),
    )
    return starting
  }

  async #spawn(portal: Portal): Promise<PortalProcess> {
    const args = ['dashboard', '--json', '--port', '0']
    const stdio = ['ignore', 'pipe', 'inherit'] as const
    const child = await startCommand({ file: this.#file, portal, args, stdio })
    const nowMs = machine.elapsedMs()
    const ended = exitCodeOf(child).catch(() => {})
    const url = readUrl(portal.name, child, ended)
    // A request for a page gets the failure.
    url.catch(() => {})
    return { child, url, ended, open: 0, usedMs: nowMs }
  }

  #forget(name: string, starting: Promise<PortalProcess>): void {
    if (this.#processes.get(name) !== starting) return
    this.#processes.delete(name)
    this.#known.delete(name)
  }

  /** Makes room for another portal. */
  #endLeastUsed(): void {
    const idle = [...this.#known].filter(([, { open }]) => open === 0)
    const [least] = idle.toSorted(([, one], [, other]) => one.usedMs - other.usedMs)
    if (least === undefined) {
      throw new HubgenError('PORTALS_OPEN', `pages of ${mostProcesses} portals are open`, {
        fix: 'close the pages of one of them, and open this one again after some seconds',
      })
    }
    void this.#end(...least)
  }

  #endIdle(longerThanMs: number): void {
    const nowMs = machine.elapsedMs()
    for (const [name, process] of this.#known) {
      if (process.open === 0 && nowMs - process.usedMs >= longerThanMs)
        void this.#end(name, process)
    }
  }

  async #end(name: string, { child, ended }: PortalProcess): Promise<void> {
    this.#processes.delete(name)
    this.#known.delete(name)
    child.kill('SIGTERM')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer)
    await Promise.allSettled(this.#processes.values())
    await Promise.all([...this.#known].map(([name, process]) => this.#end(name, process)))
  }
}

/** The first line that it prints: `{"event":"started","url":…}`. */
async function readUrl(
  name: string,
  child: ChildProcess,
  ended: Promise<unknown>,
): Promise<string> {
  if (child.stdout !== null) {
    for await (const line of createInterface({ input: child.stdout })) {
      const { event, url } = JSON.parse(line) as { readonly event?: string; readonly url?: string }
      if (event === 'started' && url !== undefined) {
        child.stdout.resume()
        return url
      }
    }
  }
  await ended
  throw new HubgenError(
    'PORTAL_PAGES_ENDED',
    `the pages of portal \`${name}\` could not be started`,
    {
      fix: `\`hubgen dashboard --portal ${name}\` shows why; the reason is also printed where this dashboard runs`,
    },
  )
}
