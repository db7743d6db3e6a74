import { formatError, HubgenError } from '../errors.ts'

/** Of a failure that the user can mend. */
export const expectedExitCode = 1
/** `EX_SOFTWARE` of sysexits.h: a bug of ours. */
const bugExitCode = 70
/** As shells say it of a process that Ctrl-C ended. */
export const cancelledExitCode = 130

/**
 * Prints a failure to standard error, an expected one without a stack, and gives its exit code; a command
 * in which 1 means something else names its own for expected ones.
 */
export function reportFailure(error: unknown, expected: number = expectedExitCode): number {
  if (error instanceof HubgenError) {
    process.stderr.write(`${formatError(error)}\n`)
    return error.kind === 'cancelled' ? cancelledExitCode : expected
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(
    `This is a bug in hubgen. Please report it with the lines below, and without any token.\n${text}\n`,
  )
  return bugExitCode
}
