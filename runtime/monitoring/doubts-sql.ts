import { sql } from 'kysely'

// Parts of a statement with a row `wanted` for each entity: what makes its copy not right, besides its runs.

/**
 * A part that was never completed, or is refused by now, belongs to every run, so one that the last run did not begin is none of the
 * entity's any more; what entities share is told of the one that tried last.
 */
export const incompleteParts = sql`(
  SELECT jsonb_agg(jsonb_build_object('part', pass.pass, 'begunAt', pass.begun_at,
    'asOf', pass.fresh_as_of, 'refusal', to_jsonb(pass.*) ->> 'refusal') ORDER BY pass.pass)
  FROM hubgen.pass JOIN (
    SELECT id FROM hubgen.run
    WHERE run.entity = wanted.entity AND mode IN ('full', 'incremental') AND finished_at IS NOT NULL
      AND outcome <> 'not_started'
    ORDER BY id DESC LIMIT 1
  ) AS last ON pass.run_id = last.id
  WHERE (pass.fresh_as_of IS NULL OR to_jsonb(pass.*) ->> 'refusal' IS NOT NULL) AND pass.pass !~ '^(records$|changes$|audit$|changed_)'
)`

/** Those that an answer left out and no run has got since, and those without a row that cannot be asked for. */
export const unreadRecords = sql`(
  SELECT count(*) FROM (
    SELECT record_id::text FROM hubgen.pending_read
    WHERE pending_read.entity = wanted.entity AND reason = 'unread'
    UNION
    SELECT record_id FROM hubgen.quarantine
    WHERE quarantine.entity = wanted.entity AND property IS NULL AND raw_value = ''
  ) AS missing
)`

export const newestAudit = sql`(
  SELECT jsonb_build_object('at', audited_at,
    'records', coalesce(max(records) FILTER (WHERE subject = '*'), 0),
    'differing', coalesce(max(differing) FILTER (WHERE subject = '*'), 0),
    'unexplained', coalesce(jsonb_agg(jsonb_build_object('subject', subject, 'records', records,
      'differing', differing, 'unexplained', unexplained, 'mended', mended,
      'exampleId', example_id::text) ORDER BY unexplained DESC, subject)
      FILTER (WHERE unexplained > 0 AND subject <> '*'), '[]'))
  FROM hubgen.audit
  WHERE audit.entity = wanted.entity AND audited_at = (
    SELECT max(audited_at) FROM hubgen.audit WHERE audit.entity = wanted.entity
  )
  GROUP BY audited_at
)`
