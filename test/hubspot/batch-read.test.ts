import { describe, expect, it } from 'vitest'
import { readBatch } from '../../runtime/hubspot/batch-read.ts'
import { type Fate, findFates } from '../../runtime/hubspot/find-fates.ts'
import type { HubSpotRecord } from '../../runtime/hubspot/record.ts'
import { wholeRecords } from '../../runtime/hubspot/record-pages.ts'
import { connectScripted, failureOf } from '../support/hubspot/connect-scripted.ts'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  scriptHubSpot,
} from '../support/hubspot/scripted-hubspot.ts'

const deals = { objectType: '0-3', properties: ['amount'] }
const stamp = '2026-11-12T10:00:00Z'
const recordOf = (id: string) => ({ id, properties: { amount: id }, updatedAt: stamp })

type Script = readonly ScriptedAnswer[] | ((request: ScriptedRequest) => ScriptedAnswer)

async function read(ids: readonly string[], script: Script) {
  await using server = await scriptHubSpot(script)
  const { hubspot, clock } = connectScripted(server)
  const { records, ...others } = await readBatch(hubspot, deals, wholeRecords, ids)
  const asked = server.requests.map(idsOf)
  return { answer: { records: records.map(({ id }) => id), ...others }, asked, clock }
}

function idsOf({ body }: ScriptedRequest): string[] {
  return (body as { inputs: { id: string }[] }).inputs.map(({ id }) => id)
}

const error = (category: string, context?: object) => ({
  status: 'error',
  category,
  message: 'Could not get some DEAL objects',
  ...(context !== undefined && { context }),
})

const partial = (found: readonly string[], ...errors: readonly object[]): ScriptedAnswer => ({
  status: 207,
  body: { status: 'COMPLETE', results: found.map(recordOf), errors, numErrors: errors.length },
})

describe('ids that an answer leaves out', () => {
  it('are gone only where HubSpot says so', async () => {
    const gone = error('OBJECT_NOT_FOUND', { ids: ['2', '9'] })
    const { answer, asked } = await read(['1', '2'], [partial(['1'], gone)])
    expect(answer).toEqual({ records: ['1'], notFound: ['2'], unread: [] })
    expect(asked).toHaveLength(1)
  })

  it.each([
    ['another error', error('INTERNAL_ERROR', { ids: ['2'] })],
    ['an error without ids', error('OBJECT_NOT_FOUND')],
  ])('are asked for again after %s, and nothing else is', async (_, failed) => {
    const answers = [partial(['1'], failed), { body: { results: [recordOf('2')] } }]
    const { answer, asked, clock } = await read(['1', '2'], answers)
    expect(answer).toEqual({ records: ['1', '2'], notFound: [], unread: [] })
    expect(asked).toEqual([['1', '2'], ['2']])
    expect(clock.sleeps).toContain(1_000)
  })

  it('are asked for again after silence, and are unread when it stays', async () => {
    const { answer, asked } = await read(['1', '2'], [{ body: { results: [recordOf('1')] } }])
    expect(answer).toEqual({
      records: ['1'],
      notFound: [],
      unread: [{ id: '2', reason: 'unanswered' }],
    })
    expect(asked).toEqual([['1', '2'], ['2'], ['2']])
  })

  it('are not those of another record, under whose id a merged one answers', async () => {
    const { answer } = await read(['1', '2'], [{ body: { results: ['1', '7'].map(recordOf) } }])
    expect(answer).toMatchObject({ records: ['1'], unread: [{ id: '2' }] })
  })

  it('cost themselves only where their record is malformed', async () => {
    const results = [recordOf('1'), { id: '2', properties: {}, updatedAt: 'soon' }]
    const { answer, asked } = await read(['1', '2'], [{ body: { results } }])
    expect(answer).toMatchObject({ records: ['1'], unread: [{ id: '2', reason: 'no_time' }] })
    expect(asked).toHaveLength(1)
  })
})

describe('a batch that HubSpot fails for', () => {
  const ids = Array.from({ length: 100 }, (_, index) => String(index + 1))
  const failingFor =
    (bad: readonly string[], failure: ScriptedAnswer) => (request: ScriptedRequest) =>
      idsOf(request).some((id) => bad.includes(id))
        ? failure
        : { body: { results: idsOf(request).map(recordOf) } }

  it.each([
    ['500', { status: 500, body: error('INTERNAL_ERROR') }],
    ['502', { status: 502, body: '<html>' }],
    ['504', { status: 504, body: '<html>' }],
    ['400', { status: 400, body: error('VALIDATION_ERROR') }],
  ])('with %s is halved down to the records it fails for', async (_, failure) => {
    const bad = ['1', '37', '38']
    const { answer } = await read(ids, failingFor(bad, failure))
    expect(answer.records).toEqual(ids.filter((id) => !bad.includes(id)))
    expect(answer.unread).toEqual(bad.map((id) => ({ id, reason: 'unreadable' })))
  })

  it('for its size is halved', async () => {
    const message = 'The maximum number of inputs supported in a batch request is 30.'
    const { answer, asked } = await read(ids, (request) =>
      idsOf(request).length > 30
        ? { status: 400, body: { category: 'VALIDATION_ERROR', message } }
        : { body: { results: idsOf(request).map(recordOf) } },
    )
    expect(answer.records).toEqual(ids)
    expect(asked.map(({ length }) => length)).toEqual([100, 50, 25, 25, 50, 25, 25])
  })

  it.each([
    ['an outage', { status: 503, body: '<html>' }, 'HUBSPOT_FAILED', 32],
    ['a refusal', { status: 400, body: error('VALIDATION_ERROR') }, 'HUBSPOT_REJECTED', 4],
  ])('whatever it asks is %s', async (_, failure, code, calls) => {
    await using server = await scriptHubSpot([failure])
    const { hubspot } = connectScripted(server)
    const failed = await failureOf(readBatch(hubspot, deals, wholeRecords, ids))
    expect(failed).toMatchObject({ code })
    expect(server.requests).toHaveLength(calls)
  })
})

describe('what became of a record', () => {
  interface Portal {
    readonly live?: ScriptedAnswer
    readonly bin?: ScriptedAnswer
    readonly single: ScriptedAnswer
  }
  const missing = partial([], error('OBJECT_NOT_FOUND', { ids: ['5'] }))
  const silent = { body: { results: [] } }
  const said404 = { status: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND' } }

  async function fateOf({ live = missing, bin = missing, single }: Portal) {
    await using server = await scriptHubSpot(({ method, query }) => {
      if (method === 'GET') return single
      return query.get('archived') === 'true' ? bin : live
    })
    const { hubspot } = connectScripted(server)
    return (await findFates(hubspot, deals, wholeRecords, ['5'])).get('5')
  }

  const cases: [name: string, portal: Portal, fate: Partial<Fate<Partial<HubSpotRecord>>>][] = [
    ['not found everywhere: gone', { single: said404 }, { kind: 'gone', notInBin: true }],
    [
      'an empty 404 counts with the word of the batch read',
      { single: { status: 404, body: '' } },
      { kind: 'gone', notInBin: true },
    ],
    [
      'an empty 404 alone says nothing',
      { live: silent, single: { status: 404, body: '' } },
      { kind: 'unread', reason: 'unanswered' },
    ],
    [
      "HubSpot's own 404 counts alone",
      { live: silent, single: said404 },
      { kind: 'gone', notInBin: true },
    ],
    [
      'a silent recycle bin: gone, but perhaps in there',
      { bin: silent, single: said404 },
      { kind: 'gone', notInBin: false },
    ],
    [
      'a GET that answers with its own id is never gone',
      { single: { body: recordOf('5') } },
      { kind: 'unread', reason: 'unanswered' },
    ],
    [
      'a GET that answers with another id: merged',
      { single: { body: recordOf('6') } },
      { kind: 'merged', survivorId: '6' },
    ],
    ['in the bin', { bin: partial(['5']), single: said404 }, { kind: 'archived' }],
    [
      'a GET that fails says nothing',
      { single: { status: 500, body: {} } },
      { kind: 'unread', reason: 'unreadable' },
    ],
    [
      'a GET that is refused says nothing',
      { single: { status: 410, body: { status: 'error', message: 'odd' } } },
      { kind: 'unread', reason: 'unreadable' },
    ],
    [
      'a live read that calls it archived says nothing, where the bin does not have it',
      {
        live: { body: { results: [{ ...recordOf('5'), archived: true }] } },
        single: { body: recordOf('5') },
      },
      { kind: 'unread', reason: 'unanswered' },
    ],
  ]
  it.each(cases)('%s', async (_, portal, fate) => {
    expect(await fateOf(portal)).toMatchObject(fate)
  })

  it('a record that is there by now is live', async () => {
    let reads = 0
    await using server = await scriptHubSpot(({ method, query }) => {
      if (method === 'GET') return { body: recordOf('5') }
      if (query.get('archived') === 'true') return missing
      return reads++ === 0 ? missing : partial(['5'])
    })
    const { hubspot } = connectScripted(server)
    const fates = await findFates(hubspot, deals, wholeRecords, ['5'])
    expect(fates.get('5')).toMatchObject({ kind: 'live', record: { id: '5' } })
  })
})
