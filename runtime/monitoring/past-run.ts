import { type RawBuilder, sql } from 'kysely'
import type { PastRun } from './copy-status.ts'

/** A run as JSON, with times as ISO text. */
export type PastRunJson = Omit<PastRun, 'startedAt' | 'finishedAt' | 'outcome'> & {
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly outcome: string | null
}

/** Builds a `PastRunJson` from a row of `hubgen.run` named `run` in the statement. */
export const pastRunJson: RawBuilder<PastRunJson> = sql`jsonb_build_object(
  'id', run.id::text, 'mode', run.mode, 'outcome', run.outcome,
  'startedAt', run.started_at, 'finishedAt', run.finished_at, 'seconds', run.seconds,
  'read', run.read, 'inserted', run.inserted, 'updated', run.updated, 'unchanged', run.unchanged,
  'deleted', run.deleted, 'rejectedValues', run.rejected_values,
  'rejectedRecords', run.rejected_records, 'calls', run.calls, 'error', run.error,
  'fix', to_jsonb(run.*) ->> 'fix', 'holder', to_jsonb(run.*) ->> 'holder')`

/** For a finished run: one without an outcome ended unexpectedly. */
export function toPastRun({ startedAt, finishedAt, outcome, ...run }: PastRunJson): PastRun {
  return {
    ...run,
    outcome: outcome ?? 'interrupted',
    startedAt: new Date(startedAt),
    finishedAt: finishedAt === null ? null : new Date(finishedAt),
  }
}
