/*
 * A property that an answer lacks is not a cleared value: HubSpot leaves out properties that are archived,
 * retired, or not readable with this key. Rows are loaded in groups that lack the same properties, by
 * statements without those columns. The same transaction records the property (`hubgen.unanswered`) and
 * removes its entries from what the last full sync read (`hubgen.pass.reads`). While it is recorded, the
 * missing entries cause no full sync. Each run asks for it once, for a hundred records; an answer makes a
 * full sync due until one completes. If only some records of an answer lack a property, HubSpot does answer
 * it: those records are read again by id (`incompleteOf` in `runtime/sync/load-pages.ts`).
 */

import { type RawBuilder, sql, type Transaction } from 'kysely'
import type { ConvertedRecord, RowColumn } from '../../values/row.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import type { HubgenTables } from '../hubgen-tables.ts'
import type { RunIdentity } from './state.ts'
import type { UnansweredPart } from './unanswered-part.ts'

/** Records whose answers lack the same properties. */
export interface UnansweredGroup {
  readonly unanswered: readonly string[]
  readonly records: readonly ConvertedRecord[]
}

/** Usually a single group that lacks nothing; empty without records. */
export function groupByUnanswered(batch: readonly ConvertedRecord[]): readonly UnansweredGroup[] {
  const [first] = batch
  if (first === undefined) return []
  const isAlike = ({ unanswered }: ConvertedRecord) => unanswered === first.unanswered
  if (batch.every(isAlike)) return [{ unanswered: first.unanswered, records: batch }]
  const groups = new Map<string, { unanswered: readonly string[]; records: ConvertedRecord[] }>()
  for (const record of batch) {
    const { unanswered } = record
    const key = JSON.stringify(unanswered)
    const group = groups.get(key) ?? { unanswered, records: [] }
    group.records.push(record)
    groups.set(key, group)
  }
  return [...groups.values()]
}

/**
 * The distinct lists of unanswered properties of these records, the empty list first, and the index of each
 * record's list. No indexes if no record lacks anything.
 */
export function unansweredSets(records: readonly ConvertedRecord[]): {
  readonly sets: readonly (readonly string[])[]
  readonly places: readonly number[]
} {
  if (records.every(({ unanswered }) => unanswered.length === 0)) return { sets: [[]], places: [] }
  const sets: (readonly string[])[] = [[]]
  const placeOf = new Map([['[]', 0]])
  const places = records.map(({ unanswered }) => {
    const key = JSON.stringify(unanswered)
    const place = placeOf.get(key) ?? sets.push(unanswered) - 1
    placeOf.set(key, place)
    return place
  })
  return { sets, places }
}

/**
 * The entry of `reads` for a column. It includes the type and, for a property that was deleted and created
 * again, the time of its creation, so that each change counts as a new column.
 */
export function readingWord({ column, property, codec, since }: RowColumn): string {
  return `${column} ${codec.type} of ${property}${since === undefined ? '' : ` since ${since}`}`
}

/**
 * Records which properties the answers about these records lack, and that the full sync has not read them:
 * their values may change unseen, so once they are answered again, everything has to be read. Call it in
 * the transaction that leaves their columns as they are.
 */
export async function noteUnanswered(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  columns: readonly RowColumn[],
  records: readonly ConvertedRecord[],
): Promise<void> {
  const names = unansweredNames(records)
  if (names.length === 0) return
  const lost = new Set(names)
  const words = columns.filter(({ property }) => lost.has(property)).map(readingWord)
  await rememberUnanswered(transaction, run, { pass: 'records', names, words })
}

/** Properties that a pass misses. */
export interface Unanswered {
  readonly pass: string
  /** Properties that answers lack. */
  readonly names: readonly string[]
  /** Their entries in the pass's `reads`. */
  readonly words: readonly string[]
}

/** Records properties as unanswered, and that the pass has not read them. */
export async function rememberUnanswered(
  transaction: Transaction<HubgenTables>,
  run: RunIdentity,
  { pass, names, words }: Unanswered,
): Promise<void> {
  if (names.length === 0) return
  const part = pass === 'history' ? pass : 'records'
  await sql`INSERT INTO hubgen.unanswered AS stored (entity, property, part, run_id)
    SELECT ${run.entity}, property, ${part}, ${run.id}::bigint FROM unnest(${names}::text[]) AS property
    ON CONFLICT (entity, property) DO UPDATE SET part = excluded.part
    WHERE stored.part = 'history' AND excluded.part = 'records'`.execute(transaction)
  await sql`UPDATE hubgen.pass
    SET reads = ARRAY(SELECT word FROM unnest(reads) AS word WHERE word <> ALL(${words}::text[]))
    WHERE entity = ${run.entity} AND pass = ${pass} AND reads && ${words}::text[]`.execute(
    transaction,
  )
}

/**
 * Properties that no record of an answer has, each once. Records in the recycle bin are ignored, because
 * HubSpot may not send all properties for them.
 */
export function unansweredNames(records: readonly ConvertedRecord[]): readonly string[] {
  const names = new Set<string>()
  let last: readonly string[] | null = null
  for (const { unanswered, answeredForOthers, archived } of records) {
    if (archived || unanswered === last) continue
    if (answeredForOthers.length === 0) last = unanswered
    for (const name of unanswered) if (!answeredForOthers.includes(name)) names.add(name)
  }
  return [...names]
}

/** A property that HubSpot's answers lack. */
export interface UnansweredProperty extends UnansweredPart {
  readonly entity: string
  /** When a run first missed it. */
  readonly since: Date
}

/** The part that a row of `hubgen.unanswered` is about; tables of older versions lack this column. */
export function unansweredPart(row: string): RawBuilder<UnansweredPart['part']> {
  return sql`coalesce(to_jsonb(${sql.table(row)}) ->> 'part', 'records')`
}

/** For all entities, ordered by name; empty if no hubgen with this table ever synced. */
export async function listUnanswered(database: Database): Promise<readonly UnansweredProperty[]> {
  return explainingErrors(database.label, async () => {
    const { rows } = await sql<{ exists: boolean }>`
      SELECT to_regclass('hubgen.unanswered') IS NOT NULL AS exists`.execute(database.kysely)
    if (rows[0]?.exists !== true) return []
    return database.kysely
      .selectFrom('hubgen.unanswered')
      .select(['entity', 'property', 'since', unansweredPart('unanswered').as('part')])
      .orderBy('entity')
      .orderBy('property')
      .execute()
  })
}

/** Removes these properties from the unanswered ones. Since `reads` lacks their entries, a full sync is due. */
export async function forgetUnanswered(
  database: Database,
  entity: string,
  properties: readonly string[],
): Promise<void> {
  if (properties.length === 0) return
  await explainingErrors(database.label, () =>
    database.kysely
      .deleteFrom('hubgen.unanswered')
      .where('entity', '=', entity)
      .where('property', 'in', [...properties])
      .execute(),
  )
}

/** Records that the values of these are answered again while their former values still are not. */
export async function keepHistoriesUnanswered(
  database: Database,
  entity: string,
  properties: readonly string[],
): Promise<void> {
  if (properties.length === 0) return
  await explainingErrors(database.label, () =>
    database.kysely
      .updateTable('hubgen.unanswered')
      .set({ part: 'history' })
      .where('part', '=', 'records')
      .where('entity', '=', entity)
      .where('property', 'in', [...properties])
      .execute(),
  )
}

/**
 * Removes from a pass's saved reads the names that it no longer reads. A property that is excluded for a
 * while is then read again for all records once it is included again.
 */
export async function shrinkReads(
  database: Database,
  entity: string,
  pass: string,
  reads: readonly string[],
): Promise<void> {
  await explainingErrors(database.label, () =>
    sql`UPDATE hubgen.pass
      SET reads = ARRAY(SELECT word FROM unnest(reads) AS word WHERE word = ANY(${reads}::text[]))
      WHERE entity = ${entity} AND pass = ${pass} AND NOT reads <@ ${reads}::text[]`.execute(
      database.kysely,
    ),
  )
}
