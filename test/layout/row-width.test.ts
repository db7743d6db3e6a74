import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ColumnType } from '../../generator/model/analysis.ts'
import { ROW_BYTES, rowBytes, storedValue, textValue } from '../../generator/model/row-width.ts'
import { evidenceOf } from '../support/entity-facts.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

let database: TestDatabase

beforeAll(async () => {
  database = await createDatabase()
})

afterAll(() => database.close())

const systemColumns = `id bigint PRIMARY KEY, portal_id bigint NOT NULL, is_deleted boolean NOT NULL,
  _fivetran_deleted boolean NOT NULL, _fivetran_synced timestamptz NOT NULL, updated_at timestamptz NOT NULL`
const systemValues = `1, 8100142, false, false, now(), now()`

async function createTable(name: string, types: readonly string[]): Promise<void> {
  const columns = types.map((type, index) => `, c${index} ${type}`).join('')
  await database.query(`CREATE TABLE ${name} (${systemColumns}${columns})`)
}

/** Random, so that it cannot be compressed. */
function randomText(characters: number): string {
  return randomBytes(characters).toString('hex').slice(0, characters)
}

/** Whether Postgres accepts a row with `filled` columns. */
async function takes(table: string, filled: number, characters: number): Promise<boolean> {
  const values = Array.from({ length: filled }, () => `'${randomText(characters)}'`)
  const names = values.map((_, index) => `c${index}`)
  try {
    await database.query(
      `INSERT INTO ${table} (id, portal_id, is_deleted, _fivetran_deleted, _fivetran_synced, updated_at, ${names.join(', ')})
       VALUES (${systemValues}, ${values.join(', ')})`,
    )
    await database.query(`DELETE FROM ${table}`)
    return true
  } catch (error) {
    expect(String(error)).toMatch(/row is too big: size \d+, maximum size 8160/)
    return false
  }
}

/** The largest number for which it holds; it holds for 1 and not for `end`. */
async function largest(end: number, holds: (value: number) => boolean | Promise<boolean>) {
  let low = 1
  let high = end
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (await holds(middle)) low = middle
    else high = middle
  }
  return low
}

describe('how many filled text columns a row takes is foreseen exactly', () => {
  const columns = 900

  beforeAll(() =>
    createTable(
      'wide',
      Array.from({ length: columns }, () => 'text'),
    ),
  )

  test.each([5, 10, 20, 23, 24, 40, 200])('with %d characters each', async (characters) => {
    const foreseen = await largest(columns + 1, (filled) => {
      const values = Array.from({ length: filled }, () => textValue(characters))
      return rowBytes(values, columns + 6) <= ROW_BYTES
    })
    const measured = await largest(columns + 1, (filled) =>
      filled > columns ? false : takes('wide', filled, characters),
    )
    expect(measured).toBe(foreseen)
  })
})

test('so is the width of a row with columns of any types, some of them null', async () => {
  const samples: Readonly<Record<ColumnType, string>> = {
    text: `'abcdefghij'`,
    numeric: '12345678.25',
    bigint: '9007199254740995',
    boolean: 'true',
    date: `'2026-03-12'`,
    timestamptz: `'2026-03-12T07:36:23.415Z'`,
    // 24 bytes, the maximum that stays in the row.
    jsonb: `'"abcdefghijklmno"'`,
  }
  const evidence = evidenceOf({ text: 1 }, { longest: 10, integerDigits: 8, decimalDigits: 2 })
  const column = fc.record({
    type: fc.constantFrom(...(Object.keys(samples) as ColumnType[])),
    filled: fc.boolean(),
  })
  let tables = 0
  await fc.assert(
    fc.asyncProperty(fc.array(column, { maxLength: 60 }), async (columns) => {
      tables += 1
      const table = `mixed_${tables}`
      await createTable(
        table,
        columns.map(({ type }) => type),
      )
      const values = columns.map(({ type, filled }) => (filled ? `, ${samples[type]}` : ', NULL'))
      await database.query(`INSERT INTO ${table} VALUES (${systemValues}${values.join('')})`)
      const [row] = await database.query<{ bytes: number }>(
        `SELECT pg_column_size(record.*) AS bytes FROM ${table} AS record`,
      )
      const filled = columns.filter((one) => one.filled)
      const foreseen = rowBytes(
        filled.map(({ type }) => storedValue(type, evidence)),
        columns.length + 6,
      )
      expect(Math.ceil((row?.bytes ?? 0) / 8) * 8).toBe(foreseen)
    }),
    { numRuns: 40 },
  )
})
