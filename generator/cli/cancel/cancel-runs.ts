import { styleText } from 'node:util'
import { findState } from '../../../runtime/monitoring/find-state.ts'
import { requestCancel } from '../../../runtime/postgres/state/lease.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { openExistingDatabase } from '../open-database.ts'

/**
 * Marks the leases of the entities' active runs. A run sees the mark with its next heartbeat or batch, so
 * this works across machines and needs no access to the process.
 */
export async function cancelRuns(names: readonly string[], format: 'json' | 'text'): Promise<void> {
  await using database = await openExistingDatabase(names)
  const { tables } = await findState(database)
  const asked: string[] = []
  for (const entity of names) {
    const run = tables === 'complete' ? await requestCancel(database, entity) : null
    if (run !== null) asked.push(entity)
    if (format === 'json') {
      const { runId = null, holder = null } = run ?? {}
      process.stdout.write(
        `${JSON.stringify({ event: 'cancel_requested', entity, runId, holder })}\n`,
      )
    } else {
      print(
        run === null
          ? `- ${entity}  no run is active`
          : `${styleText('green', '✓')} ${entity}  run ${run.runId} of ${run.holder} was asked to stop`,
      )
    }
  }
  if (asked.length === 0 || format === 'json') return
  print(`\nnext: \`hubgen status ${asked.join(' ')}\` shows when it has stopped`)
}
