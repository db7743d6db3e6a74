import { createRequire } from 'node:module'
import { hideBin } from 'yargs/helpers'
import { HubgenError } from '../../runtime/errors.ts'
import { interruptQuietly } from '../../runtime/terminal/interrupt.ts'
import { cancelledExitCode, reportFailure } from '../../runtime/terminal/report-failure.ts'
import { createProgram, failureExitCode } from './program.ts'

/** Runs the command that this process was started with, and sets the exit code. */
export async function runProgram(): Promise<void> {
  const require = createRequire(import.meta.url)
  const { version } = require('hubgen/package.json') as { version: string }
  exitOnClosedPipe()
  const args = hideBin(process.argv)
  try {
    await createProgram(args, version).parseAsync()
  } catch (error) {
    process.exitCode = reportFailure(error, failureExitCode(args))
  }
}

/**
 * Ends the process when standard output fails: without an error when the reader closed it early (`hubgen … |
 * head`), with OUTPUT_UNWRITABLE for anything else, such as a full disk. Cancels an active sync first.
 */
function exitOnClosedPipe(): void {
  let closed = false
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    // Every later write fails as well.
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
    const fix = 'free space on the disk of the output, or redirect it'
    process.exit(reportFailure(new HubgenError('OUTPUT_UNWRITABLE', message, { fix, cause })))
  })
}
