import { afterAll, beforeAll, expect, test } from 'vitest'
import { sampleIds } from '../../runtime/postgres/load/sample-ids.ts'
import { deals } from '../support/deal-table.ts'
import { openStateDatabase, type StateDatabase } from '../support/state-database.ts'

let state: StateDatabase

beforeAll(async () => {
  state = await openStateDatabase()
  // Ids of 1 to 13 digits, rows of about 400 bytes, every third one deleted.
  await state.scratch.query(`CREATE SCHEMA hubspot;
    CREATE TABLE hubspot.deal (id bigint PRIMARY KEY, is_deleted boolean, _fivetran_deleted boolean, filler text);
    INSERT INTO hubspot.deal
    SELECT n * 10 ^ (n % 9)::int, n % 3 = 0, n % 3 = 0, repeat('x', 370) FROM generate_series(1, 9000) AS n
    ON CONFLICT DO NOTHING`)
})

afterAll(() => state[Symbol.asyncDispose]())

/** The same numbers every time, evenly spread. */
function numbers(seed: number): () => number {
  let value = seed
  return () => {
    value = (value * 16_807) % 2_147_483_647
    return value / 2_147_483_647
  }
}

async function live(): Promise<ReadonlySet<string>> {
  const rows = await state.scratch.query<{ id: string }>(
    'SELECT id::text FROM hubspot.deal WHERE NOT is_deleted',
  )
  return new Set(rows.map(({ id }) => id))
}

test.each([1, 200, 1_000])('%i ids are live rows, each once, ascending', async (count) => {
  const ids = await sampleIds(state.database, deals, count, numbers(count))
  const known = await live()
  expect(ids).toHaveLength(count)
  expect(new Set(ids).size).toBe(count)
  expect(ids.every((id) => known.has(id))).toBe(true)
  expect(ids).toEqual([...ids].sort((one, other) => (BigInt(one) < BigInt(other) ? -1 : 1)))
})

test('more than there are is all of them', async () => {
  const known = await live()
  const ids = await sampleIds(state.database, deals, 1_000_000, Math.random)
  expect(new Set(ids)).toEqual(known)
})

test('short ids are drawn as often as long ones, and others every time', async () => {
  const known = [...(await live())]
  const share = (ids: readonly string[]) =>
    ids.filter(({ length }) => length <= 6).length / ids.length
  const drawn = new Set<string>()
  const shares: number[] = []
  for (let seed = 1; seed <= 10; seed += 1) {
    const ids = await sampleIds(state.database, deals, 200, numbers(seed * 7_919))
    shares.push(share(ids))
    for (const id of ids) drawn.add(id)
  }
  const mean = shares.reduce((sum, one) => sum + one, 0) / shares.length
  expect(Math.abs(mean - share(known))).toBeLessThan(0.08)
  expect(drawn.size).toBeGreaterThan(1_500)
})

test('an empty table has none', async () => {
  await state.scratch.query('CREATE TABLE hubspot.none (LIKE hubspot.deal)')
  const none = { ...deals, table: 'hubspot.none' as const }
  expect(await sampleIds(state.database, none, 200, Math.random)).toEqual([])
})
