/** Ends the run that is under way; null while none is. */
let abort: (() => void) | null = null

export const finishing = 'Stopping after the batch in flight; once more ends at once.'

/**
 * Aborts at the first Ctrl-C or `kill`, and says that the run may need a moment, or what `describe` gives
 * then; the second one ends the process as usual. It listens for as long as the process lives: to be called
 * once.
 */
export function listenForInterrupt(describe: () => string = () => finishing): AbortSignal {
  const controller = new AbortController()
  const interrupt = () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    process.stderr.write(`\n${describe()}\n`)
    controller.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  abort = () => controller.abort()
  return controller.signal
}

/** Aborts silently; false where nothing listens for it. */
export function interruptQuietly(): boolean {
  abort?.()
  return abort !== null
}
