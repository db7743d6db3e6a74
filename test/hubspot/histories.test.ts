import { expect, test } from 'vitest'
import { readHistories, unansweredHistories } from '../../runtime/hubspot/histories.ts'
import { connectScripted } from '../support/hubspot/connect-scripted.ts'
import { scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'

test('times of former values come as text or as a number; one without a time costs only itself', async () => {
  const version = (timestamp: unknown) => ({ value: 'a', timestamp, sourceType: 'API' })
  await using server = await scriptHubSpot([
    {
      body: {
        status: 'COMPLETE',
        results: [
          {
            id: '7',
            properties: {},
            propertiesWithHistory: {
              stage: [
                version('2026-01-01T00:00:00.5Z'),
                version('1767139200000'),
                version(1_767_139_200_000),
                version(null),
                { value: 'a' },
              ],
            },
          },
        ],
      },
    },
  ])
  const { records } = await readHistories(
    connectScripted(server).hubspot,
    '0-3',
    { former: ['stage'] },
    ['7'],
  )
  expect(records[0]?.versions.map(({ timestamp }) => timestamp)).toEqual([
    '2026-01-01T00:00:00.5Z',
    '1767139200000',
    '1767139200000',
    '',
    '',
  ])
})

test('a record that is answered without its histories is unread', async () => {
  const stage = [{ value: 'a', timestamp: '2026-01-01T00:00:00Z', sourceType: 'API' }]
  const results = [
    { id: '7', properties: {} },
    { id: '8', properties: {}, propertiesWithHistory: { stage } },
    { id: '9', properties: {}, propertiesWithHistory: {} },
  ]
  await using server = await scriptHubSpot([{ body: { status: 'COMPLETE', results } }])
  const { hubspot } = connectScripted(server)
  const { records, unread } = await readHistories(hubspot, '0-3', { former: ['stage'] }, [
    '7',
    '8',
    '9',
  ])
  expect(records.map(({ id }) => id)).toEqual(['8', '9'])
  expect(unread).toEqual([{ id: '7', reason: 'unanswered' }])
})

const version = { value: 'a', timestamp: '2026-01-01T00:00:00Z', sourceType: 'API' }

test.each<[what: string, results: object[], unanswered: string[]]>([
  [
    'has in none, although one has a value',
    [
      {
        id: '7',
        properties: { stage: 'a', amount: '1' },
        propertiesWithHistory: { amount: [version] },
      },
      { id: '8', properties: { stage: null, amount: null }, propertiesWithHistory: { amount: [] } },
    ],
    ['stage'],
  ],
  [
    'does not know at all',
    [{ id: '7', properties: { amount: '1' }, propertiesWithHistory: { amount: [version] } }],
    ['stage'],
  ],
  [
    'leaves out with all others',
    [
      { id: '7', properties: {} },
      { id: '8', properties: {} },
    ],
    ['amount', 'stage'],
  ],
  [
    'sends as no list',
    [{ id: '7', properties: { stage: 'a', amount: null }, propertiesWithHistory: { stage: null } }],
    ['stage'],
  ],
  [
    'has in one',
    [
      {
        id: '7',
        properties: { stage: 'a', amount: '1' },
        propertiesWithHistory: { amount: [version] },
      },
      { id: '8', properties: { stage: 'a' }, propertiesWithHistory: { stage: [version] } },
    ],
    [],
  ],
  [
    'leaves out where there never was a value',
    [{ id: '7', properties: { stage: null, amount: '' }, propertiesWithHistory: {} }],
    [],
  ],
])(
  'histories that an answer %s are distinguished from those without versions',
  async (_, results, lost) => {
    await using server = await scriptHubSpot([{ body: { status: 'COMPLETE', results } }])
    const { hubspot } = connectScripted(server)
    const ids = results.map((result) => ('id' in result ? String(result.id) : ''))
    const { records, unread } = await readHistories(
      hubspot,
      '0-3',
      { former: ['amount', 'stage'] },
      ids,
    )
    expect(unread).toEqual([])
    expect([...unansweredHistories(records)].sort()).toEqual(lost)
  },
)
