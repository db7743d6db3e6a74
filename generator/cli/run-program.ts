import { createRequire } from 'node:module'
import { hideBin } from 'yargs/helpers'
import { HubgenError } from '../../runtime/errors.ts'
import { interruptQuietly } from '../../runtime/terminal/interrupt.ts'
import { launcherOf } from '../../runtime/terminal/launcher.ts'
import { columnsOf } from '../../runtime/terminal/print.ts'
import { cancelledExitCode, reportFailure } from '../../runtime/terminal/report-failure.ts'
import { followParent } from './portal/follow-parent.ts'
import { findPortalOption, type PortalRequest } from './portal/portal-option.ts'
import {
  type ClosedOutput,
  createProgram,
  failureExitCode,
  type HelpView,
  whenOutputCloses,
} from './program.ts'
import { watchLauncher } from './watch-launcher.ts'
import { watchSupervisor } from './watch-supervisor.ts'

/** Runs the command that this process was started with, and sets the exit code. */
export async function runProgram(): Promise<void> {
  const require = createRequire(import.meta.url)
  const { version } = require('hubgen/package.json') as { version: string }
  const args = hideBin(process.argv)
  watchOutput(whenOutputCloses(args))
  ignoreClosedErrors()
  watchLauncher()
  followParent()
  try {
    const chosen = findPortalOption(args)
    if (chosen === null) {
      watchSupervisor()
      await createProgram(args, version, helpView()).parseAsync()
    } else process.exitCode = await runForChosen(chosen)
  } catch (error) {
    process.exitCode = reportFailure(error, failureExitCode(args))
  }
}

/** Loaded lazily: most commands are for one portal and its folder. */
async function runForChosen(chosen: PortalRequest): Promise<number> {
  const { runForPortal } = await import('./portal/run-for-portal.ts')
  return await runForPortal(chosen)
}

/** The usual width of a terminal, even in a wider window. */
const mostColumns = 80

function helpView(): HelpView {
  return {
    launcher: launcherOf(process.env, process.argv[1]),
    columns:
      process.stdout.isTTY === true ? Math.min(mostColumns, columnsOf(process.stdout)) : null,
  }
}

/** A supervisor that ended has closed it; what nobody can read must not end a sync. */
function ignoreClosedErrors(): void {
  process.stderr.off('error', ignore).on('error', ignore)
}

function ignore(): void {}

/**
 * Handles a standard output that cannot be written: without an error if its reader closed it early, with
 * OUTPUT_UNWRITABLE for anything else, such as a full disk.
 */
function watchOutput(whenClosed: ClosedOutput): void {
  let closed = false
  process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    // Every later write fails as well.
    if (closed) return
    closed = cause.code === 'EPIPE'
    if (closed) closeOutput(whenClosed)
    else {
      const message = `standard output cannot be written (${cause.code ?? cause.message})`
      const fix = 'free space on the disk of the output, or redirect it'
      process.exit(reportFailure(new HubgenError('OUTPUT_UNWRITABLE', message, { fix, cause })))
    }
  })
}

function closeOutput(whenClosed: ClosedOutput): void {
  if (whenClosed === 'finish') return
  if (whenClosed === 'stop') {
    process.kill(process.pid, 'SIGTERM')
    return
  }
  process.on('exit', (code) => {
    if (code === cancelledExitCode) process.exitCode = 0
  })
  if (!interruptQuietly()) process.exit(0)
}
