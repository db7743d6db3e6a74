import { HubgenError } from '../../../runtime/errors.ts'
import type { Queue } from '../../../runtime/queue/connect-queue.ts'
import type { QueuedPortal } from '../../../runtime/queue/portal-schedule.ts'
import { readSummaries } from '../../../runtime/queue/portal-summary.ts'
import {
  type PortalSteering,
  pausePortal,
  resumePortal,
  retryPortal,
  runPortal,
} from '../../../runtime/queue/steer-portals.ts'

/** Returns whether it changed something. Fails with USAGE if a paused portal is to run. */
export async function steerPortal(
  queue: Queue,
  portal: QueuedPortal,
  action: PortalSteering,
): Promise<boolean> {
  const { name } = portal
  if (action === 'pause') await pausePortal(queue, name)
  else if (action === 'resume') await resumePortal(queue, portal)
  else {
    const before = (await readSummaries(queue.database, [name])).get(name)
    if (before?.paused === true) throw isPaused(name)
    if (action === 'retry') return retryPortal(queue, name)
    await runPortal(queue, name)
  }
  return true
}

function isPaused(name: string): HubgenError {
  return new HubgenError('USAGE', `\`${name}\` is paused`, {
    fix: `\`hubgen portals resume ${name}\` first`,
  })
}
