import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'

/** The runs of an entity over time. */
export interface RunHistory {
  /** In order, without a gap between them; the last one is not over yet. */
  readonly spans: readonly RunSpan[]
  /** Whether a run began before the first span. */
  readonly ranBefore: boolean
  /** The start of the last successful full or incremental run before the first span; null if there is none. */
  readonly freshBefore: Date | null
}

/** The runs of all modes that began within a span of time. */
export interface RunSpan {
  readonly from: Date
  readonly until: Date
  /** Number of runs by outcome, as in `ListedRun`; empty if no run began. */
  readonly outcomes: Readonly<Record<string, number>>
  /** Of the longest run; null if no duration is known. */
  readonly longestSeconds: number | null
  readonly calls: number
  /** Values and records that the runs put into the quarantine. */
  readonly setAside: number
  /** Records that were inserted, less those that were marked as deleted. */
  readonly growth: number
  /** The newest successful full or incremental run; null if there is none. */
  readonly success: { readonly startedAt: Date; readonly finishedAt: Date } | null
}

interface SpanRow {
  readonly entity: string
  /** From 1 on; 0 if it is about the time before. */
  readonly span: number
  readonly outcome: string
  readonly runs: number
  readonly seconds: number | null
  readonly calls: number
  readonly setAside: number
  readonly growth: number
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
}

/**
 * By entity name. `bounds` are the starts of the spans in order and the end of the last one. One statement for
 * any number of entities. A few entities or days are read through the index by entity and start; half a million
 * runs are one scan, which takes seconds while the machine is busy. Requires the state tables.
 */
export async function readRunHistory(
  database: Database,
  entities: readonly string[],
  bounds: readonly Date[],
): Promise<ReadonlyMap<string, RunHistory>> {
  const starts = bounds.slice(0, -1)
  const { rows } = await explainingErrors(database.label, () =>
    historyQuery(entities, starts).execute(database.kysely),
  )
  const byEntity = Map.groupBy(rows, ({ entity }) => entity)
  return new Map(entities.map((entity) => [entity, toHistory(byEntity.get(entity) ?? [], bounds)]))
}

function historyQuery(entities: readonly string[], starts: readonly Date[]) {
  const times = starts.map((start) => start.toISOString())
  const [first] = times
  return sql<SpanRow>`
    SELECT run.entity, width_bucket(run.started_at, ${times}::timestamptz[]) AS span,
      coalesce(run.outcome, CASE WHEN lease.run_id IS NULL THEN 'interrupted' ELSE 'running' END)
        AS outcome,
      count(*)::int AS runs,
      max(CASE WHEN lease.run_id IS NULL THEN run.seconds
        ELSE extract(epoch FROM now() - run.started_at) END)::float8 AS seconds,
      sum(run.calls::float8) AS calls,
      sum((run.rejected_values + run.rejected_records)::float8) AS "setAside",
      sum((run.inserted - run.deleted)::float8) AS growth,
      max(run.started_at) FILTER (WHERE ${isSync}) AS "startedAt",
      max(run.finished_at) FILTER (WHERE ${isSync}) AS "finishedAt"
    FROM hubgen.run LEFT JOIN hubgen.lease
      ON lease.run_id = run.id AND lease.entity = run.entity AND lease.expires_at > now()
    WHERE run.entity = ANY (${[...entities]}::text[]) AND run.started_at >= ${first}::timestamptz
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT wanted.entity, 0, 'before', 1, NULL, 0, 0, 0, newest.started_at, newest.finished_at
    FROM unnest(${[...entities]}::text[]) AS wanted (entity)
    CROSS JOIN LATERAL (
      SELECT FROM hubgen.run
      WHERE run.entity = wanted.entity AND run.started_at < ${first}::timestamptz LIMIT 1
    ) AS earlier
    LEFT JOIN LATERAL (
      SELECT run.started_at, run.finished_at FROM hubgen.run
      WHERE run.entity = wanted.entity AND run.started_at < ${first}::timestamptz AND ${isSync}
      ORDER BY run.started_at DESC LIMIT 1
    ) AS newest ON true`
}

const isSync = sql`run.outcome = 'succeeded' AND run.mode IN ('full', 'incremental')`

function toHistory(rows: readonly SpanRow[], bounds: readonly Date[]): RunHistory {
  const bySpan = Map.groupBy(rows, ({ span }) => span)
  const before = bySpan.get(0)?.[0]
  return {
    ranBefore: before !== undefined,
    freshBefore: before?.startedAt ?? null,
    spans: bounds.slice(1).map((until, index) => {
      const found = bySpan.get(index + 1) ?? []
      return { from: bounds[index] ?? until, until, ...toSpan(found) }
    }),
  }
}

function toSpan(rows: readonly SpanRow[]): Omit<RunSpan, 'from' | 'until'> {
  const sum = (figure: (row: SpanRow) => number) =>
    rows.reduce((total, row) => total + figure(row), 0)
  const seconds = rows.flatMap((row) => row.seconds ?? [])
  const synced = rows.find(({ startedAt }) => startedAt !== null)
  return {
    outcomes: Object.fromEntries(rows.map(({ outcome, runs }) => [outcome, runs])),
    longestSeconds: seconds.length === 0 ? null : Math.max(...seconds),
    calls: sum(({ calls }) => calls),
    setAside: sum(({ setAside }) => setAside),
    growth: sum(({ growth }) => growth),
    success:
      synced?.startedAt == null
        ? null
        : { startedAt: synced.startedAt, finishedAt: synced.finishedAt ?? synced.startedAt },
  }
}
