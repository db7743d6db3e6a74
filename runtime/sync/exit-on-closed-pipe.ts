import { HubgenError } from '../errors.ts'
import { reportFailure } from './report-failure.ts'

/**
 * Ends the process when its output goes nowhere: quietly when the reader closed early
 * (`hubgen … | head`), which is no failure, and with one for anything else, such as a full disk.
 */
export function exitOnClosedPipe(): void {
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE') process.exit(0)
    const message = `standard output cannot be written (${cause.code ?? cause.message})`
    const fix = 'free some space where the output goes, or send it elsewhere'
    process.exit(reportFailure(new HubgenError('OUTPUT_UNWRITABLE', message, { fix, cause })))
  })
}
