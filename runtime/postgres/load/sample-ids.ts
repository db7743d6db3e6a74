import { sql } from 'kysely'
import type { Entity } from '../../entity.ts'
import type { Database } from '../connection/database.ts'
import { explainingErrors } from '../database-error.ts'
import { quoteIdentifier, tableOf } from '../identifier.ts'

/** Blocks of the table that are read at once. */
const blocksAtOnce = 200
/** No block of Postgres's usual size holds more rows. */
const rowsOfBlock = 291
/** Where most rows of a large table are deleted ones, the sample is smaller rather than dear. */
const mostTries = 10

/**
 * N ids of rows that are not marked as deleted by both flags, drawn at random, ascending; fewer where
 * there are fewer. It reads about as many
 * blocks of the table as it draws ids, however large the table is: ids of very different lengths have no even
 * spread that could be drawn from, blocks have.
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

/** The numbers below `size` in random order, each once, without a list of all of them. */
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
