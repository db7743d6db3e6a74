import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { rowDropped } from '../postgres/load/load-rows.ts'
import { recordsPart } from '../postgres/state/pending-read.ts'
import { unansweredPart } from '../postgres/state/unanswered.ts'
import type {
  AuditResult,
  CheckCounts,
  DriftCounts,
  EntityStatus,
  Freshness,
  IncompletePart,
  QuarantineCounts,
  UnansweredSince,
  UnlistedRows,
} from './copy-status.ts'
import type { StateTables } from './find-state.ts'

/** The parts of an entity's status that do not come from its runs. */
export type Findings = Pick<
  EntityStatus,
  | 'freshness'
  | 'quarantine'
  | 'drift'
  | 'checks'
  | 'unanswered'
  | 'incomplete'
  | 'unread'
  | 'dropped'
  | 'unlisted'
  | 'audit'
>

interface FindingsRow {
  readonly entity: string
  readonly parts: readonly { readonly part: string; readonly asOf: string }[] | null
  readonly quarantine: QuarantineCounts
  readonly drift: WithTime<DriftCounts, 'lookedAt'> | null
  readonly checks: WithTime<CheckCounts, 'checkedAt'> | null
  readonly unanswered: readonly WithTime<UnansweredSince, 'since'>[] | null
  readonly incomplete:
    | readonly (WithTime<Omit<IncompletePart, 'asOf'>, 'begunAt'> & {
        readonly asOf: string | null
      })[]
    | null
  readonly unread: string
  readonly dropped: string
  readonly unlisted: UnlistedRows | null
  readonly audit: WithTime<AuditResult, 'at'> | null
}

export const nothingUnlisted: UnlistedRows = { records: 0, exampleId: null }

/** The same with the time as JSON text. */
type WithTime<Counts, Time extends string> = Omit<Counts, Time> & Readonly<Record<Time, string>>

/** By entity name. Requires at least the state tables of an older hubgen. */
export async function readFindings(
  database: Database,
  entities: readonly string[],
  { tables, now }: { readonly tables: StateTables; readonly now: Date },
): Promise<ReadonlyMap<string, Findings>> {
  const { rows } = await explainingErrors(database.label, () =>
    findingsQuery(entities, tables).execute(database.kysely),
  )
  return new Map(
    rows.map(({ entity, parts, quarantine, drift, checks, unanswered, ...row }) => [
      entity,
      {
        freshness: parts === null ? null : toFreshness(parts, now),
        quarantine,
        drift: drift === null ? null : { ...drift, lookedAt: new Date(drift.lookedAt) },
        checks: checks === null ? null : { ...checks, checkedAt: new Date(checks.checkedAt) },
        unanswered: (unanswered ?? []).map((one) => ({ ...one, since: new Date(one.since) })),
        incomplete: (row.incomplete ?? []).map((one) => ({
          ...one,
          begunAt: new Date(one.begunAt),
          asOf: one.asOf === null ? null : new Date(one.asOf),
        })),
        unread: Number(row.unread),
        dropped: Number(row.dropped),
        unlisted: row.unlisted ?? nothingUnlisted,
        audit: row.audit === null ? null : { ...row.audit, at: new Date(row.audit.at) },
      },
    ]),
  )
}

function toFreshness(parts: NonNullable<FindingsRow['parts']>, now: Date): Freshness {
  const aged = parts.map(({ part, asOf }) => {
    const ageMs = now.getTime() - Date.parse(asOf)
    return { part, asOf: new Date(asOf), ageSeconds: Math.max(0, ageMs / 1000) }
  })
  const stamped = aged.find(({ part }) => part === 'stamped')
  const [oldest = null] = aged.toSorted((one, other) => other.ageSeconds - one.ageSeconds)
  const { asOf = null, ageSeconds = null } = stamped ?? {}
  return { asOf, ageSeconds, oldest, parts: aged }
}

function findingsQuery(entities: readonly string[], tables: StateTables) {
  const known = (part: RawBuilder<unknown>) => (tables === 'complete' ? part : sql`NULL::jsonb`)
  return sql<FindingsRow>`
    SELECT wanted.entity, (
      SELECT jsonb_agg(jsonb_build_object('part', part, 'asOf', fresh_as_of) ORDER BY part)
      FROM hubgen.freshness
      WHERE freshness.entity = wanted.entity AND fresh_as_of IS NOT NULL
    ) AS parts,
    jsonb_build_object('values', coalesce(held.values, 0), 'records', coalesce(held.records, 0))
      AS quarantine,
    ${known(driftCounts)} AS drift, ${known(checkCounts)} AS checks,
    ${known(unansweredNames)} AS unanswered, ${known(incompleteParts)} AS incomplete,
    ${known(newestAudit)} AS audit,
    ${tables === 'complete' ? unreadRecords : sql`0::bigint`} AS unread,
    ${droppedRecords} AS dropped, ${known(unlistedRows)} AS unlisted
    FROM unnest(${[...entities]}::text[]) AS wanted (entity)
    LEFT JOIN (${quarantineCounts(entities)}) AS held ON held.entity = wanted.entity`
}

/** One query for all entities: a count per entity would read a large quarantine once for each of them. */
function quarantineCounts(entities: readonly string[]) {
  return sql`
    SELECT entity, count(property) AS values, count(*) FILTER (WHERE property IS NULL) AS records
    FROM hubgen.quarantine WHERE entity = ANY(${[...entities]}::text[]) GROUP BY entity`
}

const unansweredNames = sql`(
  SELECT jsonb_agg(jsonb_build_object('property', property, 'since', since,
    'part', ${unansweredPart('lost')}) ORDER BY property)
  FROM hubgen.unanswered AS lost WHERE lost.entity = wanted.entity
)`

const driftCounts = sql`(
  SELECT jsonb_build_object('lookedAt', drift.looked_at,
    'grave', count(*) FILTER (WHERE one ->> 'severity' = 'schema'),
    'lesser', count(*) FILTER (WHERE one ->> 'severity' = 'label'))
  FROM hubgen.drift LEFT JOIN LATERAL jsonb_array_elements(
    CASE WHEN jsonb_typeof(drift.drifts) = 'array' THEN drift.drifts ELSE '[]' END
  ) AS one ON true
  WHERE drift.entity = wanted.entity GROUP BY drift.looked_at
)`

const checkCounts = sql`(
  SELECT jsonb_build_object('checkedAt', checked_at, 'passed', count(*) FILTER (WHERE passed),
    'failed', count(*) FILTER (WHERE NOT passed), 'unjudged', count(*) FILTER (WHERE passed IS NULL))
  FROM hubgen.check_result AS result
  WHERE result.entity = wanted.entity AND result.checked_at = (
    SELECT max(checked_at) FROM hubgen.check_result WHERE check_result.entity = wanted.entity
  )
  GROUP BY checked_at
)`

// Parts of a statement with a row `wanted` per entity: problems of its copy besides its runs.

/**
 * Every run tries parts that never completed or are refused, so a part that the last run did not begin no
 * longer belongs to the entity. Shared parts are reported for the entity that tried last. The links of changed
 * records count as a part of all links.
 */
const incompleteParts = sql`(
  SELECT jsonb_agg(jsonb_build_object('part', regexp_replace(pass.pass, '^changed_', ''),
    'begunAt', pass.begun_at,
    'asOf', pass.fresh_as_of, 'refusal', to_jsonb(pass.*) ->> 'refusal') ORDER BY pass.pass)
  FROM hubgen.pass JOIN (
    SELECT id FROM hubgen.run
    WHERE run.entity = wanted.entity AND mode IN ('full', 'incremental') AND finished_at IS NOT NULL
      AND outcome <> 'not_started'
    ORDER BY id DESC LIMIT 1
  ) AS last ON pass.run_id = last.id
  WHERE (pass.fresh_as_of IS NULL OR to_jsonb(pass.*) ->> 'refusal' IS NOT NULL)
    AND pass.pass !~ '^(records$|changes$|audit$)'
    AND (pass.pass !~ '^changed_' OR to_jsonb(pass.*) ->> 'refusal' IS NOT NULL AND NOT EXISTS (
      SELECT FROM hubgen.pass AS whole
      WHERE whole.entity = pass.entity AND 'changed_' || whole.pass = pass.pass
        AND (whole.fresh_as_of IS NULL OR to_jsonb(whole.*) ->> 'refusal' IS NOT NULL)
    ))
)`

/**
 * Records that an answer left out and no run has read since, and those without a row that cannot be
 * requested.
 */
const unreadRecords = sql`(
  SELECT count(*) FROM (
    SELECT record_id::text FROM hubgen.pending_read
    WHERE pending_read.entity = wanted.entity AND reason = 'unread'
    UNION
    SELECT record_id FROM hubgen.quarantine
    WHERE quarantine.entity = wanted.entity AND property IS NULL AND raw_value = ''
  ) AS missing
)`

/** Records that were written to the table but are not in it. */
const droppedRecords = sql`(
  SELECT count(*) FROM hubgen.quarantine
  WHERE quarantine.entity = wanted.entity AND property IS NULL AND reason = ${rowDropped}
)`

/**
 * A run settles pending reads before it ends, so these remain from a run that could not or was not allowed
 * to.
 */
const unlistedRows = sql`(
  SELECT jsonb_build_object('records', count(*), 'exampleId', min(record_id)::text)
  FROM hubgen.pending_read AS waiting JOIN hubgen.run ON run.id = waiting.run_id
  WHERE waiting.entity = wanted.entity AND part = ${recordsPart} AND reason IN ('not_listed', 'merged')
    AND run.finished_at IS NOT NULL
)`

const newestAudit = sql`(
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
