import { formatError, HubgenError } from '../errors.ts'
import { printError } from './print.ts'

/** For failures that the user can fix. */
export const expectedExitCode = 1
/** `EX_SOFTWARE` of sysexits.h, for bugs. */
const bugExitCode = 70
/** The exit code of shells for a process that Ctrl-C ended. */
export const cancelledExitCode = 130

/**
 * Prints a failure to standard error, an expected one without a stack, and returns its exit code. Commands
 * in which 1 has another meaning pass their own code for expected failures.
 */
export function reportFailure(error: unknown, expected: number = expectedExitCode): number {
  if (error instanceof HubgenError) {
    printError(formatError(error))
    return error.kind === 'cancelled' ? cancelledExitCode : expected
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  printError(
    `This is a bug in hubgen. Please report it with the lines below, and without any token.\n${text}`,
  )
  return bugExitCode
}
