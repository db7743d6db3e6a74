import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { COLUMN_TYPES, type ColumnType } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { firstColumnName, retypeColumn } from '../../generator/model/retype-column.ts'
import { convertedColumn, convertedText } from '../../generator/render/entity/converted-column.ts'
import { renderLabelledSql } from '../../generator/render/entity/labelled-sql.ts'
import { renderLabelsSql } from '../../generator/render/entity/labels-sql.ts'
import { renderSchemaSql } from '../../generator/render/entity/schema-sql.ts'
import { codecs } from '../../runtime/values/codecs.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'
import { anyRaw } from '../support/raw-values.ts'

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
  let scratch: TestDatabase
  beforeAll(async () => {
    scratch = await createDatabase(serverUrl())
  })
  beforeEach(() => scratch.query('DROP TABLE IF EXISTS one CASCADE'))
  afterAll(() => scratch.close())

  // The reason why another type needs another column.
  test('no column type becomes another one in place without a rewrite', async () => {
    for (const { from, to } of pairs) {
      await scratch.query(`DROP TABLE IF EXISTS one; CREATE TABLE one (value ${from})`)
      const fileOf = () => scratch.query(`SELECT pg_relation_filenode('one') AS file`)
      const before = await fileOf()
      const changed = await scratch
        .query(`ALTER TABLE one ALTER value TYPE ${to}`)
        .then(() => true)
        .catch(({ code }: { code: string }) => {
          // datatype_mismatch: there is no implicit conversion.
          expect(code).toBe('42804')
          return false
        })
      if (changed) expect([from, to, await fileOf()]).not.toEqual([from, to, before])
    }
  })

  test('a view that reads the column forbids it altogether', async () => {
    await scratch.query('CREATE TABLE one (value bigint); CREATE VIEW mine AS SELECT * FROM one')
    await expect(scratch.query('ALTER TABLE one ALTER value TYPE numeric')).rejects.toMatchObject({
      code: '0A000',
    })
  })

  test.each(pairs)(
    'what is in a $from column never makes a $to view fail',
    async ({ from, to }) => {
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

describe('a key of the overflow column', () => {
  const texts = Object.values(oddValues).flat()
  const oddDays = [
    '2026-02-29',
    '0000-01-01',
    '00000-01-01',
    '2026-04-31',
    '1900-02-29',
    '2000-02-29',
  ]
  const types = COLUMN_TYPES.filter((type) => type !== 'jsonb')

  test.each(types)('of any text never makes a view fail when it becomes %s', async (type) => {
    await using scratch = await createDatabase(inject('postgresUrl'))
    await scratch.query('CREATE TABLE one (old text)')
    await scratch.query(
      `CREATE VIEW mine AS SELECT old, ${convertedText('old', type)} AS value FROM one`,
    )
    const more = ['9'.repeat(140_000), '1e131073', '1e-16384', '-1e9999999', ...oddDays]
    const stamps = [...oddDays, '2026-03-12'].map((day) => `${day}T24:00:00Z`)
    await scratch.query('INSERT INTO one SELECT unnest($1::text[])', [
      [...texts, ...more, ...stamps],
    ])
    const found = await scratch.query<{ value: string | null }>('SELECT value::text FROM mine')
    expect(found.some(({ value }) => value !== null)).toBe(true)
  })

  test.each(types)('holds %s as the codec writes it, and the view has that value', async (type) => {
    await using scratch = await createDatabase(inject('postgresUrl'))
    const written = fc
      .sample(anyRaw, { numRuns: 3_000, seed: 5 })
      .map((raw) => codecs[type].decode(raw))
      .filter((value) => typeof value === 'string' || typeof value === 'boolean')
      .map((value) => String(value).replaceAll('\0', ''))
      .filter((text) => !/ BC$|^\d{6}/.test(text) || !['date', 'timestamptz'].includes(type))
    expect(written.length).toBeGreaterThan(20)
    const [row] = await scratch.query<{ different: number }>(
      `SELECT count(*)::int AS different FROM unnest($1::text[]) AS old
      WHERE (${convertedText('old', type)}) IS DISTINCT FROM old::${type}`,
      [written],
    )
    expect(row).toEqual({ different: 0 })
  })

  test('keeps the labelled view readable after its property got another type', async () => {
    await using scratch = await createDatabase(inject('postgresUrl'))
    const facts = dealFacts([defineProperty('amount'), defineProperty('closed')])
    const built = buildAnalysis(facts, null, null).analysis
    const types = { amount: 'numeric', closed: 'timestamptz' } as const
    const analysis = {
      ...built,
      properties: built.properties.map((property) => {
        const type = types[property.name as keyof typeof types]
        if (type === undefined) return property
        const shared = { ...property, column: { ...property.column, overflow: 'No room.' } }
        return { ...retypeColumn(shared, type, '', new Set()), type: 'datetime' }
      }),
    }
    await scratch.query(renderSchemaSql(analysis))
    await scratch.query(renderLabelsSql(analysis))
    await scratch.query(renderLabelledSql(analysis))
    await scratch.query(`INSERT INTO hubspot.deal (id, portal_id, updated_at, overflow) VALUES
      (1, 1, now(), '{"property_amount": "about 5", "property_closed": "soon"}'),
      (2, 1, now(), '{"property_amount": "5", "property_closed": "2026-03-12 22:30:00+00"}')`)
    expect(
      await scratch.query(`SELECT property_amount::text AS amount, property_closed::text AS closed,
        property_closed_day::text AS day FROM hubspot.deal_labelled ORDER BY id`),
    ).toEqual([
      { amount: null, closed: null, day: null },
      {
        amount: '5',
        closed: '2026-03-12 22:30:00+00',
        day: expect.stringMatching(/^2026-03-1[23]$/),
      },
    ])
  })

  test('gets another name where it becomes JSON, which no text is taken for', () => {
    const [amount] = buildAnalysis(dealFacts([defineProperty('amount')]), null, null).analysis
      .properties
    if (amount === undefined) throw new Error('there is no property')
    const shared = { ...amount, column: { ...amount.column, overflow: 'No room.' } }
    expect(retypeColumn(shared, 'jsonb', 'Chosen.', new Set(['property_amount']))).toMatchObject({
      column: { name: 'property_amount__jsonb', type: 'jsonb', overflow: 'No room.' },
    })
    expect(retypeColumn(shared, 'numeric', '', new Set()).column.name).toBe('property_amount')
  })
})
