import fc from 'fast-check'
import { expect, expectTypeOf, test } from 'vitest'
import type { ColumnType } from '../../generator/model/analysis.ts'
import type { PropertyCodec } from '../../runtime/entity.ts'
import { type Codec, type CodecType, Reject } from '../../runtime/values/codec.ts'
import { codecs } from '../../runtime/values/codecs.ts'
import { convertRecord, planColumns, recordOf } from '../../runtime/values/row.ts'
import { firstColumnPlace, RowPlaces, readRow } from '../../runtime/values/row-json.ts'
import { createPageScanner } from '../../runtime/values/scan-page.ts'
import { stripUnstorable } from '../../runtime/values/strip-unstorable.ts'
import { anyRaw } from '../support/raw-values.ts'

const everyCodec: readonly Codec[] = Object.values(codecs)
const properties: Readonly<Record<string, PropertyCodec>> = Object.fromEntries(
  everyCodec.map((codec) => [`property_${codec.type}`, { property: codec.type, codec }]),
)
const plan = { columns: planColumns({ properties }) }
const scan = createPageScanner(plan.columns)
const anyValues = fc.record(Object.fromEntries(everyCodec.map(({ type }) => [type, anyRaw])))
const about = { id: '123', updatedAt: '2026-01-02T03:04:05.678Z', archived: false }

// `tsc` checks this: the model may not import the runtime.
test('there is a codec for every column type', () => {
  expectTypeOf<CodecType>().toEqualTypeOf<ColumnType>()
})

test.each(everyCodec)('what $type gives is what it says to give', ({ decode, output }) => {
  fc.assert(
    fc.property(anyRaw, (raw) => {
      const storable = stripUnstorable(raw).text
      const value = decode(storable)
      if (value === null || value instanceof Reject) return
      if (output === 'verbatim') expect(value).toBe(storable)
      if (output === 'plain') expect(JSON.stringify(String(value))).toBe(`"${value}"`)
    }),
    { numRuns: 2_000 },
  )
})

test('a row is JSON with the text of every column, whatever the values are', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const row = readRow(convertRecord(plan, { ...about, properties: values }).json)
      const texts = plan.columns.flatMap(({ property, codec, key }) => {
        const value = codec.decode(stripUnstorable(values[property] ?? '').text)
        return value === null || value instanceof Reject ? [] : [[key, String(value)]]
      })
      const given = texts.filter(([key = '']) => values[propertyOf(key)] !== '')
      expect(row).toEqual({ i: about.id, u: about.updatedAt, ...Object.fromEntries(given) })
    }),
    { numRuns: 1_000 },
  )
})

test('a row that was read by its bytes has the same texts', () => {
  const places = new RowPlaces(plan.columns.length)
  fc.assert(
    fc.property(anyValues, fc.boolean(), (values, archived) => {
      const { json } = convertRecord(plan, { ...about, archived, properties: values })
      expect(places.find(json)).toBe(archived)
      const textAt = (place: number) => {
        const [start, end] = [places.starts[place] ?? 0, places.ends[place] ?? 0]
        return end === 0 ? undefined : JSON.parse(`"${json.toString('utf8', start, end)}"`)
      }
      const row = readRow(json)
      expect([textAt(0), textAt(1)]).toEqual([row['i'], row['u']])
      for (const [index, { key }] of plan.columns.entries()) {
        expect(textAt(firstColumnPlace + index)).toBe(row[key])
      }
    }),
    { numRuns: 1_000 },
  )
})

test('a page that is scanned gives the rows that its records give', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const record = { ...about, properties: values }
      const body = Buffer.from(JSON.stringify({ results: [record] }))
      const converted = convertRecord(plan, record)
      const [scanned] = scan(body)?.records ?? []
      expect(scanned?.json.toString()).toBe(converted.json.toString())
      expect(scanned?.rejects).toEqual(converted.rejects)
    }),
    { numRuns: 1_000 },
  )
})

test('the record that a row was made of makes the same row again', () => {
  fc.assert(
    fc.property(anyValues, (values) => {
      const converted = convertRecord(plan, { ...about, properties: values })
      const again = convertRecord(plan, recordOf(plan, converted))
      expect(again.json.toString()).toBe(converted.json.toString())
    }),
    { numRuns: 1_000 },
  )
})

function propertyOf(key: string): string {
  return plan.columns.find((column) => column.key === key)?.property ?? ''
}
