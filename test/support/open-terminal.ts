import { spawn } from 'node:child_process'
import { plainEnvironment } from './node-process.ts'
import { hubgenMain } from './run-hubgen.ts'

/** A hubgen command on a pseudo-terminal, which answers questions as a person does. */
export interface TerminalSession {
  /** Waits for a question that comes after everything waited for before. */
  asks(question: string): Promise<void>
  type(text: string): void
  /** The exit code, and everything that the screen showed, without colours and cursor movements. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly screen: string }>
}

export const enter = '\r'
export const down = '\x1b[B'
export const controlC = '\x03'

/** `script` of util-linux gives the command its terminal. */
export function openTerminal(
  directory: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): TerminalSession {
  const words = [process.execPath, '--conditions=hubgen-source', hubgenMain, ...args]
  const command = words.map((word) => `'${word}'`).join(' ')
  const child = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
    cwd: directory,
    env: plainEnvironment({ TERM: 'xterm', ...environment }),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  let read = 0
  const watchers = new Set<() => void>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text
    for (const watch of watchers) watch()
  })
  const ended = new Promise<{ exitCode: number | null; screen: string }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, screen: plain(screen) }))
  })
  return {
    asks: (question) =>
      new Promise((resolve, reject) => {
        const watch = () => {
          const place = screen.indexOf(question, read)
          if (place < 0) return
          read = place + question.length
          watchers.delete(watch)
          resolve()
        }
        watchers.add(watch)
        watch()
        ended.then(() => reject(new Error(`it never asked ${question}:\n${plain(screen)}`)), reject)
      }),
    type: (text) => void child.stdin.write(text),
    ended,
  }
}

function plain(screen: string): string {
  return screen.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '').replaceAll('\r', '')
}
