import { sql, type Transaction } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { HubgenTables } from '../../postgres/hubgen-tables.ts'
import type { LoadPlan } from '../../postgres/load/load-plan.ts'
import { writeBatch } from '../../postgres/load/write-batch.ts'
import type { Commit } from '../../postgres/state/commit.ts'
import type { RunIdentity } from '../../postgres/state/state.ts'
import { convertRecord, type SourceRecord } from '../../values/row.ts'

export interface RecordReplay {
  readonly entity: Entity
  readonly plan: LoadPlan
  readonly run: RunIdentity
  readonly commit: Commit
  /** Quarantine ids: after `after`, up to and including `upTo`, at most `most` records. */
  readonly after: string
  readonly upTo: string
  readonly most: number
}

export interface ReplayedRecords {
  readonly counts: {
    readonly fitted: number
    readonly superseded: number
    readonly stayed: number
  }
  /** Quarantine id of the last one. */
  readonly last: string
}

interface HeldRecord {
  readonly id: string
  readonly rawValue: string
}

/**
 * Loads the next records of the quarantine as a sync would; null when there are no more. Records that
 * Postgres still refuses stay; records that a newer row has superseded are dropped.
 */
export function replayRecords(replay: RecordReplay): Promise<ReplayedRecords | null> {
  const { plan, run } = replay
  // Read within the writing transaction, because it may be retried.
  return replay.commit(async (transaction) => {
    const held = await readHeld(transaction, replay)
    const last = held.at(-1)?.id
    if (last === undefined) return null
    const records = held.flatMap(({ rawValue }) => parseRecord(rawValue) ?? [])
    const within: Commit = (write) => inSavepoint(transaction, write)
    const converted = records.map((record) => convertRecord(plan, record))
    const { refused: rejected } = await writeBatch(within, plan, converted, run)
    const refused = new Set(rejected.map(({ recordId }) => recordId))
    const loaded = records.filter(({ id }) => !refused.has(id))
    const superseded = await dropOvertaken(transaction, replay.entity, loaded)
    return {
      last,
      counts: {
        fitted: loaded.length - superseded,
        superseded,
        stayed: held.length - loaded.length,
      },
    }
  })
}

async function readHeld(
  transaction: Transaction<HubgenTables>,
  { entity, after, upTo, most }: RecordReplay,
): Promise<readonly HeldRecord[]> {
  const { rows } = await sql<HeldRecord>`
    SELECT id, raw_value AS "rawValue" FROM hubgen.quarantine
    WHERE entity = ${entity.name} AND property IS NULL AND raw_value <> ''
      AND id > ${after}::bigint AND id <= ${upTo}::bigint
    ORDER BY id LIMIT ${most}`.execute(transaction)
  return rows
}

/** An error must leave the transaction usable; `writeBatch` then tries again record by record. */
async function inSavepoint<T>(
  transaction: Transaction<HubgenTables>,
  write: (transaction: Transaction<HubgenTables>) => Promise<T>,
): Promise<T> {
  await sql`SAVEPOINT replayed`.execute(transaction)
  try {
    const written = await write(transaction)
    await sql`RELEASE SAVEPOINT replayed`.execute(transaction)
    return written
  } catch (error) {
    await sql`ROLLBACK TO SAVEPOINT replayed`.execute(transaction)
    throw error
  }
}

/** Loaded records that lost against a newer row are still in the quarantine; removes them. */
async function dropOvertaken(
  transaction: Transaction<HubgenTables>,
  { name: entity }: Entity,
  loaded: readonly SourceRecord[],
): Promise<number> {
  const { rows } = await sql`DELETE FROM hubgen.quarantine
    WHERE entity = ${entity} AND property IS NULL
      AND record_id = ANY(${loaded.map(({ id }) => id)}::text[])
    RETURNING id`.execute(transaction)
  return rows.length
}

/**
 * Undefined if the stored text was edited and is no longer a record. Without a list of unanswered
 * properties, missing properties count as null.
 */
function parseRecord(rawValue: string): SourceRecord | undefined {
  try {
    const record = JSON.parse(rawValue) as Partial<SourceRecord>
    const { id, properties, updatedAt, archived, unanswered = [] } = record
    if (typeof id !== 'string' || typeof updatedAt !== 'string') return undefined
    if (typeof properties !== 'object' || properties === null) return undefined
    if (!Array.isArray(unanswered)) return undefined
    return { id, properties, updatedAt, archived: archived === true, unanswered }
  } catch {
    return undefined
  }
}
