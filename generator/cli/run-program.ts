import { createRequire } from 'node:module'
import { hideBin } from 'yargs/helpers'
import { HubgenError } from '../../runtime/errors.ts'
import { interruptQuietly } from '../../runtime/terminal/interrupt.ts'
import { launcherOf } from '../../runtime/terminal/launcher.ts'
import { columnsOf } from '../../runtime/terminal/print.ts'
import { cancelledExitCode, reportFailure } from '../../runtime/terminal/report-failure.ts'
import { followParent } from './portal/follow-parent.ts'
import { findPortalOption } from './portal/portal-option.ts'
import { findPortalsOption } from './portal/portals-option.ts'
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
    const exitCode = await runForPortals(args)
    if (exitCode === null) {
      watchSupervisor()
      await createProgram(args, version, helpView()).parseAsync()
    } else process.exitCode = exitCode
  } catch (error) {
    process.exitCode = reportFailure(error, failureExitCode(args))
  }
}

/** The exit code of a command line with `--portal` or `--portals`; null for any other one. */
async function runForPortals(args: readonly string[]): Promise<number | null> {
  // Loaded lazily: most commands are for the working directory.
  const every = findPortalsOption(args)
  if (every !== null) {
    const { runForEveryPortal } = await import('./portal/run-for-every-portal.ts')
    return await runForEveryPortal(every)
  }
  const chosen = findPortalOption(args)
  if (chosen === null) return null
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
