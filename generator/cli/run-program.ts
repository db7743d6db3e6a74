import { createRequire } from 'node:module'
import { hideBin } from 'yargs/helpers'
import { exitOnClosedPipe } from '../../runtime/terminal/exit-on-closed-pipe.ts'
import { reportFailure } from '../../runtime/terminal/report-failure.ts'
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
