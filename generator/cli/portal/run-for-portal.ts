import { findPortal, readNearestPortals } from '../../project/portals/find-portal.ts'
import type { PortalRequest } from './portal-option.ts'
import { exitCodeOf, onSignals, startCommand } from './start-command.ts'

/** Runs a command line for one portal, as a process of its own. Returns its exit code. */
export async function runForPortal({ portal: name, args }: PortalRequest): Promise<number> {
  const file = await readNearestPortals(process.cwd())
  const portal = findPortal(file, name)
  const child = await startCommand({ file, portal, args, stdio: 'inherit' })
  const stop = onSignals((signal) => void child.kill(signal))
  try {
    return await exitCodeOf(child)
  } finally {
    stop()
  }
}
