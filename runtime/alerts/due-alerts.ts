import { sql } from 'kysely'
import type { Cause } from '../monitoring/verdict/find-causes.ts'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { ResolvedCause } from './alert-message.ts'

/** The causes as `hubgen.alert` compares them. */
export interface CausesNow {
  readonly causes: readonly Cause[]
  /** Entities that this process can judge; causes of others are left alone. */
  readonly watched: readonly string[]
  /** While an entity is syncing, its failure is not gone. */
  readonly running: readonly string[]
}

/** The causes to report to one target, which no other process reports meanwhile. */
export interface DueAlerts {
  /** Keys of new causes. */
  readonly added: readonly string[]
  readonly resolved: readonly (ResolvedCause & { readonly key: string })[]
}

/** Keeps the causes that a target has to hear about, until it has. Requires the state tables. */
export async function recordCauses(
  database: Database,
  target: string,
  { causes }: CausesNow,
): Promise<void> {
  const found = causes.map(({ key: cause, title, entities }) => ({ cause, title, entities }))
  await explainingErrors(database.label, () =>
    sql`
      INSERT INTO hubgen.alert (target, cause, title, entities)
      SELECT ${target}, cause, title, entities
      FROM jsonb_to_recordset(${JSON.stringify(found)}::jsonb)
        AS found (cause text, title text, entities jsonb)
      ON CONFLICT (target, cause)
        DO UPDATE SET title = excluded.title, entities = excluded.entities`.execute(
      database.kysely,
    ),
  )
}

/**
 * Claims what one target was not sent yet: new causes, and recorded ones that are gone. A claim of a process that ended
 * counts for five minutes.
 */
export async function claimDue(
  database: Database,
  target: string,
  { causes, watched, running }: CausesNow,
): Promise<DueAlerts> {
  const current = causes.map(({ key }) => key)
  const { rows } = await explainingErrors(database.label, () =>
    sql<{ cause: string; title: string; entities: readonly string[] }>`
      UPDATE hubgen.alert SET claimed_at = now()
      WHERE target = ${target}
        AND (claimed_at IS NULL OR claimed_at < now() - interval '5 minutes')
        AND CASE WHEN cause = ANY (${current}::text[]) THEN sent_at IS NULL
          ELSE entities <@ ${JSON.stringify(watched)}::jsonb
            AND NOT entities ?| ${running}::text[] END
      RETURNING cause, title, entities`.execute(database.kysely),
  )
  const isCurrent = new Set(current)
  return {
    added: rows.flatMap(({ cause }) => (isCurrent.has(cause) ? cause : [])),
    resolved: rows.flatMap(({ cause: key, title, entities }) =>
      isCurrent.has(key) ? [] : { key, title, entities },
    ),
  }
}

/** Ends a claim; after a failure another run sends the same. */
export async function endClaim(
  database: Database,
  target: string,
  { added, resolved }: DueAlerts,
  outcome: 'sent' | 'failed',
): Promise<void> {
  const gone = resolved.map(({ key }) => key)
  await explainingErrors(database.label, () =>
    outcome === 'failed'
      ? sql`
          UPDATE hubgen.alert SET claimed_at = NULL
          WHERE target = ${target} AND cause = ANY (${[...added, ...gone]}::text[])`.execute(
          database.kysely,
        )
      : sql`
          WITH sent AS (
            UPDATE hubgen.alert SET claimed_at = NULL, sent_at = now()
            WHERE target = ${target} AND cause = ANY (${added}::text[])
          )
          DELETE FROM hubgen.alert
          WHERE target = ${target} AND cause = ANY (${gone}::text[])`.execute(database.kysely),
  )
}
