import fc from 'fast-check'
import { expect, test } from 'vitest'
import { COLUMN_TYPES, type ColumnType } from '../../generator/model/analysis.ts'
import { listConversions } from '../../generator/render/report/readme-conversions.ts'
import { type Codec, Reject } from '../../runtime/values/codec.ts'
import { codecs } from '../../runtime/values/codecs.ts'
import { readGoldenAnalyses } from '../support/golden.ts'

/** The documented conversion of every column type, from a table that has all of them. */
const documented = new Map(
  COLUMN_TYPES.flatMap((type) => {
    const [analysis] = readGoldenAnalyses('plain')
    const [property] = analysis?.properties ?? []
    if (analysis === undefined || property === undefined) return []
    const column = { ...property.column, type }
    return listConversions({ ...analysis, properties: [{ ...property, column }] })
  }).map((view) => [view.type, view]),
)

/** A value for each reason for which a type rejects values. */
const refused: Readonly<Record<ColumnType, Readonly<Record<string, string>>>> = {
  text: {},
  numeric: {
    not_a_number: 'soon',
    number_out_of_range: '1e200000',
    several_values: '1;2',
  },
  bigint: {
    not_a_number: 'soon',
    not_an_integer: '1.5',
    integer_out_of_range: '9223372036854775808',
    several_values: '1;2',
  },
  boolean: { not_a_boolean: 'perhaps', several_values: 'true;false' },
  date: {
    not_a_date: 'soon',
    year_out_of_range: '9999999-01-01',
    ambiguous_digits: '12345',
    several_values: '2026-03-12;2026-03-13',
  },
  timestamptz: {
    not_a_datetime: 'soon',
    year_out_of_range: '+999999-01-01T00:00:00Z',
    ambiguous_digits: '12345',
    several_values: '2026-03-12T00:00:00Z;2026-03-13T00:00:00Z',
  },
  jsonb: {
    not_json: '{',
    number_out_of_range: '1e200000',
    unstorable_escape: '"\\u0000"',
    duplicate_key: '{"a":1,"a":2}',
    nested_too_deep: '['.repeat(100_000) + ']'.repeat(100_000),
  },
}

const spansOf = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span)

function reasonOf(codec: Codec, raw: string): string | null {
  const value = codec.decode(raw)
  return value instanceof Reject ? value.reason : null
}

test.each(COLUMN_TYPES)(
  'a %s column takes the values of the document, and has its reasons',
  (type) => {
    const { accepts = '', rejects = '' } = documented.get(type) ?? {}
    expect(spansOf(accepts).filter((raw) => reasonOf(codecs[type], raw) !== null)).toEqual([])
    const reasons = Object.entries(refused[type]).map(([name, raw]) => [
      name,
      reasonOf(codecs[type], raw),
    ])
    expect(reasons).toEqual(spansOf(rejects).map((name) => [name, name]))
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.json(), fc.stringMatching(/^[-+0-9.,:;TZe]{1,20}$/)),
        (raw) => {
          expect([null, ...spansOf(rejects)]).toContain(reasonOf(codecs[type], raw))
        },
      ),
    )
  },
)
