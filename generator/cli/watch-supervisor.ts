import { machine } from '../../runtime/machine.ts'
import { interruptQuietly } from '../../runtime/terminal/interrupt.ts'
import { cancelledExitCode } from '../../runtime/terminal/report-failure.ts'

/** The variable with which a supervisor promises to write to standard input: seconds between two bytes at most. */
export const supervisedVariable = 'HUBGEN_SUPERVISED_SECONDS'

/** From then on a batch that cannot be finished is given up; the database rolls it back. */
const graceMs = 90_000

/**
 * Ends a supervised run at its next checkpoint when standard input ends or falls silent: its supervisor is gone, was
 * stopped, or lost its connection, and another one may start the same work. Does nothing without the variable.
 */
export function watchSupervisor(environment: NodeJS.ProcessEnv = process.env): void {
  const seconds = Number(environment[supervisedVariable])
  if (!(seconds > 0)) return
  const { stdin } = process
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    clearTimeout(timer)
    stdin.pause()
    if (!interruptQuietly()) process.exit(cancelledExitCode)
    machine.after(graceMs, () => process.exit(cancelledExitCode)).unref()
  }
  const waitMs = (seconds * 1000) / 2
  const listen = () => {
    clearTimeout(timer)
    // In two halves: a process that was busy or suspended reads what has arrived meanwhile before the second one.
    timer = machine.after(waitMs, () => {
      timer = machine.after(waitMs, end).unref()
    })
    timer.unref()
  }
  stdin.on('data', listen)
  stdin.on('end', end)
  stdin.on('error', end)
  listen()
  // The pipe must not keep a finished run alive.
  if ('unref' in stdin && typeof stdin.unref === 'function') stdin.unref()
}
