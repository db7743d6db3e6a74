import { describe, expect, it } from 'vitest'
import type { UnreadRecord } from '../../runtime/hubspot/page.ts'
import { wholeRecords } from '../../runtime/hubspot/record-pages.ts'
import { listInFormat } from '../../runtime/hubspot/records.ts'
import { connectScripted } from '../support/hubspot/connect-scripted.ts'
import { type ScriptedHubSpot, scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

const deals = { objectType: 'deals', properties: ['amount'] }

async function readPages(server: ScriptedHubSpot): Promise<unknown[]> {
  const { hubspot } = connectScripted(server)
  const pages: unknown[] = []
  for await (const page of listInFormat(hubspot, deals, wholeRecords)) pages.push(page)
  return pages
}

function recordOf(id: number | string, properties: Record<string, unknown> = {}) {
  const stamp = '2026-11-12T10:00:00Z'
  return { id: String(id), properties, createdAt: stamp, updatedAt: stamp, archived: false }
}

describe('an odd record in a list', () => {
  const oddRecords: [name: string, record: unknown, unread: UnreadRecord[], nameless: number][] = [
    ['an id that is no number', { ...recordOf(2), id: 'abc' }, [], 1],
    ['no id', { ...recordOf(2), id: undefined }, [], 1],
    ['nothing at all', null, [], 1],
    [
      'no properties',
      { ...recordOf(2), properties: null },
      [{ id: '2', reason: 'no_properties' }],
      0,
    ],
    [
      'an id beyond bigint',
      recordOf('9223372036854775808'),
      [{ id: '9223372036854775808', reason: 'id_out_of_range' }],
      0,
    ],
    ...[
      'now',
      '2026',
      'Sat, 28 Nov 2026 10:00:00 GMT',
      '+275760-09-13T00:00:00.000Z',
      '2026-02-30T00:00:00Z',
      null,
    ].map((updatedAt): [string, unknown, UnreadRecord[], number] => [
      `the stamp ${updatedAt}`,
      { ...recordOf(2), updatedAt },
      [{ id: '2', reason: 'no_time' }],
      0,
    ]),
  ]
  it.each(oddRecords)('a record with %s costs itself only', async (_, record, unread, nameless) => {
    await using server = await scriptHubSpot([{ body: { results: [recordOf(1), record] } }])
    expect(await readPages(server)).toMatchObject([{ records: [{ id: '1' }], unread, nameless }])
  })

  it.each([
    ['lastmodifieddate', '2026-11-12T10:00:01Z'],
    ['hs_lastmodifieddate', '2026-11-12T10:00:01.5Z'],
  ])('a record without a stamp has that of its property %s', async (name, stamp) => {
    const record = { ...recordOf(1, { [name]: stamp }), updatedAt: undefined }
    await using server = await scriptHubSpot([{ body: { results: [record] } }])
    expect(await readPages(server)).toMatchObject([{ records: [{ id: '1', updatedAt: stamp }] }])
  })

  it('an id that is a number is its digits', async () => {
    await using server = await scriptHubSpot([{ body: { results: [{ ...recordOf(1), id: 1 }] } }])
    expect(await readPages(server)).toMatchObject([{ records: [{ id: '1' }] }])
  })

  it('a number keeps its digits, and so does an id that is one', async () => {
    const body =
      '{"results":[{"id":9007199254740993,"updatedAt":"2026-11-12T10:00:00Z","properties":' +
      '{"amount":12.50,"big":12345678901234567890.12345,"small":1e-7,"plain":7,"text":"1: 2.50"}}]}'
    await using server = await scriptHubSpot([{ body }])
    expect(await readPages(server)).toMatchObject([
      {
        records: [
          {
            id: '9007199254740993',
            properties: {
              amount: '12.50',
              big: '12345678901234567890.12345',
              small: '1e-7',
              plain: '7',
              text: '1: 2.50',
            },
          },
        ],
      },
    ])
  })
})
