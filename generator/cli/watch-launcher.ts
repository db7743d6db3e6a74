import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { machine } from '../../runtime/machine.ts'

/**
 * A process as its system describes it.
 *
 * @internal Exported for tests.
 */
export interface ProcessFacts {
  readonly parent: number
  /** Processes that were detached from the terminal and its shell have a session of their own. */
  readonly session: number
  /** Program and arguments. */
  readonly words: readonly string[]
}

/** @internal Exported for tests. */
export type ReadProcess = (pid: number) => ProcessFacts | null

const checkMs = 1_000
const launchers = /^(?:npm|npx|pnpm|pnpx|yarn|yarnpkg|bun|bunx)\b/
const shells = /^-?(?:sh|dash|bash|zsh|ksh|ash|busybox|fish)$/

/**
 * Ends this process with SIGTERM once the npx, npm, pnpm, yarn or bun that started it is gone: `kill` of `npx hubgen …`
 * reaches only npx and the shell that it starts. A process that was detached from them stays.
 */
export function watchLauncher(): void {
  const isLaunched = ['npm_config_user_agent', 'npm_execpath', 'npm_command'].some(
    (name) => process.env[name] !== undefined,
  )
  if (!isLaunched || process.platform === 'win32') return
  const read = process.platform === 'linux' ? readFromProc : readParentOnly
  const path = findLauncher(process.pid, read)
  if (path === null) return
  // A terminal or a pipe may be gone with the launcher.
  process.stderr.on('error', () => {})
  const timer = machine.every(checkMs, () => {
    if (isIntact(path, read)) return
    clearInterval(timer)
    process.kill(process.pid, 'SIGTERM')
  })
  timer.unref()
}

/**
 * The processes from this one to the launcher, which has started it directly or by a shell; null if there is none, or if
 * this process or a shell between them was detached.
 *
 * @internal Exported for tests.
 */
export function findLauncher(pid: number, read: ReadProcess): readonly number[] | null {
  const own = read(pid)
  if (own === null) return null
  const path = [pid]
  for (let next = own.parent; next > 1; ) {
    const facts = read(next)
    if (facts === null || facts.session !== own.session) return null
    path.push(next)
    if (isLauncher(facts.words)) return path
    if (!shells.test(basename(facts.words[0] ?? ''))) return null
    next = facts.parent
  }
  return null
}

/** Whether each process still is the child of the next one; the child of one that ended gets another parent. */
function isIntact(path: readonly number[], read: ReadProcess): boolean {
  return path.every((pid, index) => {
    const parent = path[index + 1]
    return parent === undefined || read(pid)?.parent === parent
  })
}

/** `npm exec …`, which npm gives itself as a title, and `node …/npm-cli.js exec …`. */
function isLauncher(words: readonly string[]): boolean {
  const [program = '', script = ''] = words.map((word) => basename(word))
  return launchers.test(program) || (/^node/.test(program) && launchers.test(script))
}

function readFromProc(pid: number): ProcessFacts | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may contain anything.
    const [, parent = '', , session = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split(/[\0 ]/)
    return { parent: Number(parent), session: Number(session), words }
  } catch {
    return null
  }
}

/** Without `/proc` only this process's own parent is known, and is taken for the launcher. */
function readParentOnly(pid: number): ProcessFacts | null {
  if (pid === process.pid) return { parent: process.ppid, session: 0, words: [] }
  return { parent: 0, session: 0, words: ['npm'] }
}
