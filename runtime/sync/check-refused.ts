import { HubgenError } from '../errors.ts'
import type { Pass, PassContext } from './pass.ts'

/**
 * A full sync fails after one refused record; a pass of changes only after this many, because a few changed
 * records may all be invalid.
 */
const leastChanges = 10

/**
 * Fails with EVERY_RECORD_REFUSED when Postgres accepted none of the records that the pass read: then the
 * table is wrong, not the records. The pass counts as not completed and starts over in the next run.
 */
export async function checkRefused(pass: Pass, context: PassContext): Promise<void> {
  const { entity, begunAt, startedAt, tally, commit } = context
  const { rejectedRecords: refused, inserted, updated, unchanged } = tally
  const least = pass.name === 'records' ? 1 : leastChanges
  const goesOn = begunAt.getTime() !== startedAt.getTime()
  if (refused < least || inserted + updated + unchanged > 0 || goesOn) return
  await commit(async () => {}, null)
  throw new HubgenError(
    'EVERY_RECORD_REFUSED',
    `Postgres refused every record of \`${entity.name}\` that was read, ${refused} of them; they are in the quarantine`,
    {
      at: entity.table,
      fix: `\`hubgen quarantine ${entity.name}\` says why; restore the table as in schema.sql (constraints, triggers, added columns), then run the sync again`,
    },
  )
}
