import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'

/** Table blocks read per query. */
const blocksAtOnce = 200
/** Upper bound for the rows in a block of Postgres's default size. */
const rowsOfBlock = 291
/** If most rows of a large table are deleted, the sample is smaller instead of expensive. */
const mostTries = 10

/**
 * Draws up to `count` random ids of rows that are not marked as deleted by both flags; ascending. Reads
 * about as many table blocks as it draws ids, however large the table is. It draws blocks because ids have
 * very different lengths and are unevenly distributed.
 */
export async function sampleIds(
  database: Database,
  entity: Entity,
  count: number,
  random: () => number,
): Promise<readonly string[]> {
  const blocks = await countBlocks(database, entity)
  const drawn: string[] = []
  const order = drawNumbers(blocks, random)
  const spread = Math.min(blocks, Math.max(blocksAtOnce, count))
  for (let left = spread * mostTries; left > 0 && drawn.length < count; left -= blocksAtOnce) {
    const numbers = order.take(Math.min(blocksAtOnce, spread))
    if (numbers.length === 0) break
    const ids = await idsInBlocks(database, entity, numbers)
    const share = Math.ceil((count * numbers.length) / spread)
    const among = drawNumbers(ids.length, random)
    const wanted = Math.min(share, count - drawn.length)
    drawn.push(...among.take(wanted).map((place) => ids[place] ?? ''))
  }
  return drawn.sort((one, other) => one.length - other.length || (one < other ? -1 : 1))
}

async function countBlocks(database: Database, entity: Entity): Promise<number> {
  const { schema, name } = tableOf(entity)
  const table = `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`
  const query = sql<{ blocks: number }>`
    SELECT (pg_relation_size(${table}::regclass) / current_setting('block_size')::int)::float8 AS blocks`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows[0]?.blocks ?? 0
}

async function idsInBlocks(
  database: Database,
  entity: Entity,
  blocks: readonly number[],
): Promise<readonly string[]> {
  const { schema, name } = tableOf(entity)
  const query = sql<{ id: string }>`
    SELECT stored.id::text FROM ${sql.id(schema, name)} AS stored
    WHERE NOT (stored.is_deleted AND stored._fivetran_deleted) AND stored.ctid = ANY (ARRAY(
      SELECT format('(%s,%s)', block, line)::tid
      FROM unnest(${[...blocks]}::bigint[]) AS block, generate_series(1, ${sql.lit(rowsOfBlock)}) AS line
    ))
    ORDER BY stored.id`
  const { rows } = await explainingErrors(database.label, () => query.execute(database.kysely))
  return rows.map(({ id }) => id)
}

/** Draws the numbers below `size` in random order without repetition, without listing all of them. */
function drawNumbers(size: number, random: () => number) {
  const moved = new Map<number, number>()
  let left = size
  return {
    take(count: number): number[] {
      const numbers: number[] = []
      for (; numbers.length < count && left > 0; left--) {
        const place = Math.floor(random() * left)
        numbers.push(moved.get(place) ?? place)
        moved.set(place, moved.get(left - 1) ?? left - 1)
      }
      return numbers
    },
  }
}
