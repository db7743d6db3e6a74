import { machine } from '../machine.ts'
import { printError } from './print.ts'

/** Ends the active run; null if there is none. */
let abort: (() => void) | null = null

export const finishing = 'Stopping after the current batch; press Ctrl-C again to stop at once.'

/** A launcher or a supervisor passes on a signal that this process also got; within this time it is the same one. */
const sameSignalMs = 300

/**
 * Aborts on the first Ctrl-C or `kill`, and prints that the run may need a moment, or the text of
 * `describe`. The second signal ends the process as usual. Listens as long as the process lives; call it
 * once.
 */
export function listenForInterrupt(describe: () => string = () => finishing): AbortSignal {
  const controller = new AbortController()
  let firstMs: number | null = null
  const interrupt = (signal: NodeJS.Signals) => {
    if (firstMs !== null && machine.elapsedMs() - firstMs < sameSignalMs) return
    if (firstMs !== null) {
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
      process.kill(process.pid, signal)
      return
    }
    firstMs = machine.elapsedMs()
    printError(`\n${describe()}`)
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  abort = () => controller.abort()
  return controller.signal
}

/** Aborts without printing; false if nothing listens. */
export function interruptQuietly(): boolean {
  abort?.()
  return abort !== null
}
