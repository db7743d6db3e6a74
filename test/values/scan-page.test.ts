import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readRecords } from '../../runtime/hubspot/record.ts'
import { bool } from '../../runtime/values/boolean.ts'
import { numeric } from '../../runtime/values/numeric.ts'
import { type ConvertedRecord, convertRecord, planColumns } from '../../runtime/values/row.ts'
import { createPageScanner, type ScannedPage } from '../../runtime/values/scan-page.ts'
import { text } from '../../runtime/values/text.ts'
import { timestamptz } from '../../runtime/values/timestamptz.ts'
import { anyCharacter } from '../support/any-character.ts'

const columns = planColumns({
  properties: {
    property_amount: numeric('amount'),
    property_closedate: timestamptz('closedate'),
    property_closedate_was: text('closedate'),
    property_dealname: text('dealname'),
    property_hs_is_closed: bool('hs_is_closed'),
  },
})

const record = {
  id: '123',
  properties: { amount: '12.50', closedate: null, dealname: 'Müller "GmbH"', hs_is_closed: 'true' },
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-02T03:04:05.678Z',
  archived: false,
  url: 'https://app.hubspot.com/contacts/1/record/0-3/123',
}

function scan(body: unknown): ScannedPage | undefined {
  return createPageScanner(columns)(Buffer.from(JSON.stringify(body)))
}

/** The result of the slow path for the same answer. */
function convert(body: unknown): readonly object[] {
  return readRecords(structuredClone(body), 'a test').records.map((each) =>
    readable(convertRecord({ columns }, each)),
  )
}

/** The rejected and changed values, in the order of the answer or of the columns: neither matters. */
function readable({ json, rejects, altered, ...facts }: ConvertedRecord): object {
  const row = JSON.parse(json.toString())
  return { ...facts, rejects: byProperty(rejects), altered: byProperty(altered), row }
}

function byProperty<Note extends { readonly property: string }>(notes: readonly Note[]): Note[] {
  return notes.toSorted((a, b) => (a.property < b.property ? -1 : 1))
}

describe('a page', () => {
  test('becomes rows and a cursor', () => {
    const paging = { next: { after: '124', link: 'https://api.hubapi.com/x?after=124' } }
    const page = scan({ results: [record], paging })
    expect(page?.paging).toEqual(paging)
    expect(page?.records.map(readable)).toEqual([
      {
        id: '123',
        updatedAt: record.updatedAt,
        updatedAtMs: Date.parse(record.updatedAt),
        archived: false,
        rejects: [],
        altered: [],
        sanitized: 0,
        unanswered: [],
        answeredForOthers: [],
        row: {
          i: '123',
          u: record.updatedAt,
          c0: '12.50',
          c3: 'Müller "GmbH"',
          c4: 'true',
        },
      },
    ])
  })

  test('may be empty, the last one, a batch, or of records without values', () => {
    expect(scan({ results: [] })).toEqual({ records: [], paging: undefined })
    const batch = { completedAt: 'now', status: 'COMPLETE', numErrors: 1, errors: [{ a: ['}'] }] }
    const results = [{ ...record, properties: {}, archived: true, associations: { a: [1, '"'] } }]
    const page = scan({ ...batch, results })
    expect(page?.records.map(readable)).toEqual(convert({ results }))
  })

  test('knows what each record lacks, from page to page', () => {
    const scanPage = createPageScanner(columns)
    const { amount: _, ...others } = record.properties
    const { hs_is_closed: __, ...fewer } = record.properties
    const page = (...all: readonly object[]) => {
      const results = all.map((properties) => ({ ...record, properties }))
      const scanned = scanPage(Buffer.from(JSON.stringify({ results })))
      expect(scanned?.records.map(readable)).toEqual(convert({ results }))
      return scanned?.records.map(({ unanswered }) => unanswered)
    }
    const { properties } = record
    expect(page(properties, properties)).toEqual([[], []])
    expect(page(others, others, properties)).toEqual([['amount'], ['amount'], []])
    expect(page(fewer, properties, fewer)).toEqual([['hs_is_closed'], [], ['hs_is_closed']])
    expect(page({})).toEqual([['amount', 'closedate', 'dealname', 'hs_is_closed']])
    expect(page({ ...properties, other: 'x' }, others)).toEqual([[], ['amount']])
  })

  const value = fc.oneof(
    fc.constant(null),
    fc.constantFrom('', '1', '12.50', 'a lot', '1;2', 'true', 'no', '2026-01-02T03:04:05Z'),
    fc.constantFrom(
      '1660418951000',
      '0',
      '2024-02-30',
      'x\0y',
      '\ud800',
      '😀',
      '\\',
      '"',
      '\u2028',
    ),
    fc.string({ unit: anyCharacter, maxLength: 30 }),
    fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  )
  const names = ['amount', 'closedate', 'dealname', 'hs_is_closed', 'hs_object_id']
  const properties = fc
    .shuffledSubarray(names)
    .chain((some) => fc.tuple(...some.map((name) => fc.tuple(fc.constant(name), value))))
    .map((entries) => Object.fromEntries(entries))
  const records = fc.array(
    fc.record({
      id: fc.bigInt({ min: 0n, max: 10n ** 18n }).map(String),
      properties,
      updatedAt: fc.constantFrom('2026-01-02T03:04:05.678Z', '2024-02-29T03:04:05Z'),
      archived: fc.boolean(),
    }),
    { maxLength: 8 },
  )

  test('scanned gives what the long way gives, in whatever order its properties come', () => {
    fc.assert(
      fc.property(records, (results) => {
        expect(scan({ results })?.records.map(readable)).toEqual(convert({ results }))
      }),
    )
  })

  test('that is cut anywhere is not taken for a whole one', () => {
    const body = Buffer.from(JSON.stringify({ results: [record, record], paging: {} }))
    const scanPage = createPageScanner(columns)
    for (let length = 0; length < body.length; length += 1) {
      expect(scanPage(body.subarray(0, length))).toBeUndefined()
    }
    expect(scanPage(body)).toBeDefined()
  })
})

test.each([
  ['no object', '[]'],
  ['HTML', '<html></html>'],
  ['nothing', ''],
  ['no results', '{"paging":{}}'],
  ['blanks between tokens', JSON.stringify({ results: [record] }, null, 1)],
  ['something behind it', `${JSON.stringify({ results: [record] })}x`],
  ['values before the id', '{"results":[{"properties":{},"id":"1","updatedAt":"2026-01-01"}]}'],
  ['an id that is no number', JSON.stringify({ results: [{ ...record, id: 'x' }] })],
  ['a value that is no string', JSON.stringify({ results: [{ ...record, properties: { a: 1 } }] })],
  ['no properties', JSON.stringify({ results: [{ ...record, properties: undefined }] })],
  [
    'a name that comes twice',
    '{"results":[{"id":"1","properties":{"amount":"1","amount":null},"updatedAt":"2026-01-02T03:04:05Z"}]}',
  ],
  ['no modified stamp', JSON.stringify({ results: [{ ...record, updatedAt: 'soon' }] })],
  ...['2023-02-29', '1900-02-29', '2024-02-30', '2024-04-31'].map((day) => [
    `a stamp of ${day}, a day that does not exist,`,
    JSON.stringify({ results: [{ ...record, updatedAt: `${day}T00:00:00Z` }] }),
  ]),
  ['a broken escape', '{"results":[{"id":"1","properties":{"dealname":"\\x"}}]}'],
])('%s is left to the long way', (_, body) => {
  expect(createPageScanner(columns)(Buffer.from(body))).toBeUndefined()
})
