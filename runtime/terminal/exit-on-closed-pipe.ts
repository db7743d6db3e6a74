import { HubgenError } from '../errors.ts'
import { interruptQuietly } from './interrupt.ts'
import { cancelledExitCode, reportFailure } from './report-failure.ts'

/**
 * Ends the process when its output goes nowhere: quietly when the reader closed early
 * (`hubgen … | head`), which is no failure, and with one for anything else, such as a full disk. A sync
 * that is under way is cancelled first.
 */
export function exitOnClosedPipe(): void {
  let closed = false
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    // Whatever is written after that fails as well.
    if (closed) return
    if (cause.code === 'EPIPE') {
      closed = true
      process.on('exit', (code) => {
        if (code === cancelledExitCode) process.exitCode = 0
      })
      if (!interruptQuietly()) process.exit(0)
      return
    }
    const message = `standard output cannot be written (${cause.code ?? cause.message})`
    const fix = 'free some space where the output goes, or send it elsewhere'
    process.exit(reportFailure(new HubgenError('OUTPUT_UNWRITABLE', message, { fix, cause })))
  })
}
