import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { COLUMN_TYPES, type ColumnType } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { firstColumnName, retypeColumn } from '../../generator/model/retype-column.ts'
import { convertedColumn } from '../../generator/render/entity/converted-column.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
} from '../support/postgres.ts'

const pairs = COLUMN_TYPES.flatMap((from) =>
  COLUMN_TYPES.filter((to) => to !== from).map((to) => ({ from, to })),
)

describe('on Postgres 18', () => {
  describeServer(() => inject('postgresUrl'))
})

describe.skipIf(postgres15Missing !== undefined)('on Postgres 15', () => {
  let server: Postgres15
  beforeAll(async () => {
    server = await startPostgres15()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  describeServer(() => server.url)
})

function describeServer(serverUrl: () => string): void {
  // Why a property that gets another type gets another column.
  test('no column type becomes another one in place without a rewrite', async () => {
    await using scratch = await createDatabase(serverUrl())
    for (const { from, to } of pairs) {
      await scratch.query(`DROP TABLE IF EXISTS one; CREATE TABLE one (value ${from})`)
      const fileOf = () => scratch.query(`SELECT pg_relation_filenode('one') AS file`)
      const before = await fileOf()
      const changed = await scratch
        .query(`ALTER TABLE one ALTER value TYPE ${to}`)
        .then(() => true)
        .catch(({ code }: { code: string }) => {
          // datatype_mismatch: there is no conversion without words of one's own.
          expect(code).toBe('42804')
          return false
        })
      if (changed) expect([from, to, await fileOf()]).not.toEqual([from, to, before])
    }
  })

  test('a view that reads the column forbids it altogether', async () => {
    await using scratch = await createDatabase(serverUrl())
    await scratch.query('CREATE TABLE one (value bigint); CREATE VIEW mine AS SELECT * FROM one')
    await expect(scratch.query('ALTER TABLE one ALTER value TYPE numeric')).rejects.toMatchObject({
      code: '0A000',
    })
  })

  test.each(pairs)(
    'what is in a $from column never makes a $to view fail',
    async ({ from, to }) => {
      await using scratch = await createDatabase(serverUrl())
      await scratch.query(`CREATE TABLE one (old ${from}, new ${to})`)
      const column = (name: string, type: ColumnType) => ({ name, type, reason: '' })
      await scratch.query(
        `CREATE VIEW mine AS SELECT ${convertedColumn(column('new', to), [column('old', from)])} AS value FROM one`,
      )
      await scratch.query(`INSERT INTO one (old) SELECT unnest($1::${from}[])`, [oddValues[from]])
      const found = await scratch.query('SELECT value::text FROM mine')
      expect(found).toHaveLength(oddValues[from].length)
      await scratch.query('TRUNCATE one')
      await scratch.query('INSERT INTO one (new) VALUES ($1)', [oddValues[to][0]])
      expect(await scratch.query('SELECT count(value)::int AS count FROM mine')).toEqual([
        { count: 1 },
      ])
    },
  )
}

const oddValues: Readonly<Record<ColumnType, readonly string[]>> = {
  text: [
    '1',
    '',
    ' ',
    '12.5',
    '-3',
    '1e5',
    'true',
    'NaN',
    '9'.repeat(2000),
    '2026-02-31',
    'a\nb',
    '1\n',
  ],
  numeric: ['1', '1.5', 'NaN', 'Infinity', `-${'9'.repeat(200)}`, '9223372036854775808'],
  bigint: ['1', '-9223372036854775808', '9223372036854775807'],
  boolean: ['true', 'false'],
  date: ['2026-03-12', 'infinity', '-infinity', '5874897-12-31', '4713-01-01 BC'],
  timestamptz: [
    '2026-03-12T07:36:23.415Z',
    'infinity',
    '-infinity',
    '294276-12-31',
    '4713-01-01 BC',
  ],
  jsonb: ['{"a": [1, null]}', 'null', '"text"', '1e400', '[]', 'true'],
}

describe('the new column', () => {
  const [amount] = buildAnalysis(dealFacts([defineProperty('amount')]), null, null).analysis
    .properties
  if (amount === undefined) throw new Error('there is no property')
  const taken = new Set(['property_amount'])

  test('carries its type behind the first name, and both columns stay', () => {
    expect(retypeColumn(amount, 'numeric', 'Chosen.', taken)).toMatchObject({
      column: { name: 'property_amount__numeric', type: 'numeric', reason: 'Chosen.' },
      earlierColumns: [{ name: 'property_amount', type: 'text' }],
    })
    expect(retypeColumn(amount, 'text', 'Chosen.', taken)).toBe(amount)
  })

  test('does not take a name that another property has', () => {
    const { column } = retypeColumn(amount, 'numeric', '', new Set(['property_amount__numeric']))
    expect(column.name).toMatch(/^property_amount__numeric_[0-9a-f]{8}$/)
  })

  test('fits into 63 bytes however long and odd the first name is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.constantFrom(...COLUMN_TYPES),
        (name, type) => {
          const [property] = buildAnalysis(dealFacts([defineProperty(`p${name}`)]), null, null)
            .analysis.properties
          if (property === undefined) throw new Error('there is no property')
          const retyped = retypeColumn(property, type, '', new Set([property.column.name]))
          expect(Buffer.byteLength(retyped.column.name)).toBeLessThanOrEqual(63)
          expect(firstColumnName(retyped)).toBe(property.column.name)
        },
      ),
    )
  })

  test('back at an earlier type, the earlier column is taken up again', () => {
    const numeric = retypeColumn(amount, 'numeric', '', taken)
    const text = retypeColumn(numeric, 'text', 'Chosen.', taken)
    expect(text.column.name).toBe('property_amount')
    expect(text.earlierColumns?.map(({ name }) => name)).toEqual(['property_amount__numeric'])
    const date = retypeColumn(text, 'date', '', taken)
    expect(date.column.name).toBe('property_amount__date')
    expect(date.earlierColumns).toHaveLength(2)
  })
})
