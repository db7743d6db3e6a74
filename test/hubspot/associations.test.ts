import { describe, expect, it } from 'vitest'
import { readAssociations } from '../../runtime/hubspot/associations.ts'
import { connectScripted, failureOf } from '../support/hubspot/connect-scripted.ts'
import {
  type ScriptedAnswer,
  type ScriptedRequest,
  scriptHubSpot,
} from '../support/hubspot/scripted-hubspot.ts'

const pair = { from: '0-3', to: '0-1' }
const plain = { category: 'HUBSPOT_DEFINED', typeId: 3, label: null }

type Script = readonly ScriptedAnswer[] | ((request: ScriptedRequest) => ScriptedAnswer)

async function read(ids: readonly string[], script: Script) {
  await using server = await scriptHubSpot(script)
  const { hubspot } = connectScripted(server)
  const answer = await readAssociations(hubspot, pair, ids)
  return { answer, requests: server.requests }
}

const result = (id: string, to: readonly object[], after?: string) => ({
  from: { id },
  to,
  ...(after !== undefined && { paging: { next: { after } } }),
})
const link = (toObjectId: number, ...types: readonly object[]) => ({
  toObjectId,
  associationTypes: types.length > 0 ? types : [plain],
})
const failed = (category: string, ids: readonly string[], subCategory?: string) => ({
  status: 'error',
  category,
  ...(subCategory !== undefined && { subCategory }),
  context: { fromObjectId: ids },
})
const none = (ids: readonly string[]) =>
  failed('OBJECT_NOT_FOUND', ids, 'crm.associations.NO_ASSOCIATIONS_FOUND')

describe('what an answer says', () => {
  it('ids above 2^53 keep their last digit, a label that looks like one keeps its text', async () => {
    const label = '"toObjectId": 12345678901234567890'
    const body =
      '{"results":[{"from":{"id":9007199254740993},"to":[{"toObjectId":9007199254740995,' +
      `"associationTypes":[{"category":"USER_DEFINED","typeId":7,"label":${JSON.stringify(label)}}]}]}]}`
    const { answer } = await read(['9007199254740993'], [{ body }])
    expect(answer).toEqual({
      answered: ['9007199254740993'],
      links: [
        {
          fromId: '9007199254740993',
          toId: '9007199254740995',
          typeId: 7,
          category: 'USER_DEFINED',
          label,
        },
      ],
      outOfRange: [],
      unanswered: [],
    })
  })

  it('results are matched by id, and a record with two types of link has both', async () => {
    const user = { category: 'USER_DEFINED', typeId: 3, label: 'Decides' }
    const results = [result('2', [link(20)]), result('1', [link(10, plain, user)])]
    const { answer } = await read(['1', '2'], [{ body: { results } }])
    expect(answer.links.map(({ fromId, toId, label }) => [fromId, toId, label])).toEqual([
      ['1', '10', null],
      ['1', '10', 'Decides'],
      ['2', '20', null],
    ])
  })

  it('207 for records without links is success', async () => {
    const body = { results: [result('1', [link(10)])], errors: [none(['2', '3'])], numErrors: 2 }
    const { answer, requests } = await read(['1', '2', '3'], [{ status: 207, body }])
    expect(answer).toMatchObject({ answered: ['1', '2', '3'], unanswered: [] })
    expect(requests).toHaveLength(1)
  })

  it('pages are followed for the records that have more, together', async () => {
    const pages: Record<string, readonly object[]> = {
      '': [result('1', [link(10)], 'a'), result('2', [link(20)], '21'), result('3', [link(30)])],
      a: [result('1', [link(11)]), result('2', [link(21)], '22')],
      '22': [result('2', [link(22)])],
    }
    const { answer, requests } = await read(['1', '2', '3'], ({ body }) => {
      const { inputs } = body as { inputs: { id: string; after?: string }[] }
      return { body: { results: pages[inputs[0]?.after ?? ''] } }
    })
    expect(answer.links.map(({ toId }) => toId)).toEqual(['10', '11', '20', '21', '22', '30'])
    expect(requests.map(({ body }) => body)).toEqual([
      { inputs: [{ id: '1' }, { id: '2' }, { id: '3' }] },
      {
        inputs: [
          { id: '1', after: 'a' },
          { id: '2', after: '21' },
        ],
      },
      { inputs: [{ id: '2', after: '22' }] },
    ])
  })
})

describe('what an answer does not say', () => {
  it('a record that HubSpot does not know is unanswered, not without links', async () => {
    const body = { results: [], errors: [failed('OBJECT_NOT_FOUND', ['1']), none(['2'])] }
    const { answer, requests } = await read(['1', '2'], [{ status: 207, body }])
    expect(answer).toEqual({
      answered: ['2'],
      links: [],
      outOfRange: [],
      unanswered: [{ id: '1', reason: 'OBJECT_NOT_FOUND' }],
    })
    expect(requests).toHaveLength(1)
  })

  it.each([200, 207])(
    'a record that a %i is silent about is asked for again, then unanswered',
    async (status) => {
      const body = { results: [result('2', [link(20)])], errors: [] }
      const { answer, requests } = await read(['1', '2'], [{ status, body }])
      expect(answer).toMatchObject({
        answered: ['2'],
        unanswered: [{ id: '1', reason: 'no_answer' }],
      })
      expect(requests.slice(0, 2).map((request) => request.body)).toEqual([
        { inputs: [{ id: '1' }, { id: '2' }] },
        { inputs: [{ id: '1' }] },
      ])
      expect(requests).toHaveLength(4)
    },
  )

  it('what failed for the moment is read again from its first page', async () => {
    const answers = [
      { status: 207, body: { results: [result('1', [link(10)], 'x')], errors: [none(['2'])] } },
      { status: 207, body: { results: [], errors: [failed('INTERNAL_ERROR', ['1'])] } },
      { body: { results: [result('1', [link(10), link(11)])] } },
    ]
    const { answer, requests } = await read(['1', '2'], answers)
    expect(answer.links.map(({ toId }) => toId)).toEqual(['10', '11'])
    expect(requests.at(-1)?.body).toEqual({ inputs: [{ id: '1' }] })
  })

  it('what keeps failing for one costs its links, and for all fails the reading', async () => {
    const one = { results: [result('2', [link(20)])], errors: [failed('INTERNAL_ERROR', ['1'])] }
    const { answer } = await read(['1', '2'], [{ status: 207, body: one }])
    expect(answer).toMatchObject({
      answered: ['2'],
      unanswered: [{ id: '1', reason: 'INTERNAL_ERROR' }],
    })
    const body = { results: [], errors: [failed('INTERNAL_ERROR', ['1', '2'])] }
    await using server = await scriptHubSpot([{ status: 207, body }])
    const { hubspot } = connectScripted(server)
    const error = await failureOf(readAssociations(hubspot, pair, ['1', '2']))
    expect(error).toMatchObject({ code: 'ASSOCIATIONS_REFUSED', status: 207 })
    expect(error.message).toContain('INTERNAL_ERROR')
    expect(server.requests).toHaveLength(4)
  })

  const malformed: [name: string, result: object][] = [
    ['no list of links', { from: { id: '1' } }],
    ['an id that is no number', result('1', [{ toObjectId: 'x', associationTypes: [plain] }])],
    ['no types', result('1', [link(5), { toObjectId: 1 }])],
    ['an odd type', result('1', [link(1, { typeId: 1.5, category: 'HUBSPOT_DEFINED' })])],
  ]
  it.each(malformed)("%s costs that record's links", async (_, odd) => {
    const results = [odd, result('2', [link(20)])]
    const { answer, requests } = await read(['1', '2'], [{ body: { results } }])
    expect(answer).toMatchObject({
      answered: ['2'],
      links: [{ fromId: '2' }],
      unanswered: [{ id: '1', reason: 'malformed' }],
    })
    expect(requests).toHaveLength(1)
  })

  it('an id beyond bigint costs only its own link', async () => {
    const large = '9223372036854775808'
    const odd = { toObjectId: large, associationTypes: [plain] }
    const results = [result('1', [link(10), odd, link(11)]), result('2', [link(20)])]
    const { answer, requests } = await read(['1', '2'], [{ body: { results } }])
    expect(answer).toMatchObject({
      answered: ['1', '2'],
      links: [{ toId: '10' }, { toId: '11' }, { fromId: '2', toId: '20' }],
      outOfRange: [{ fromId: '1', toId: large }],
      unanswered: [],
    })
    expect(requests).toHaveLength(1)
  })

  it("a cursor that repeats costs that record's links", async () => {
    const results = [result('1', [link(10)], 'same'), result('2', [link(20)])]
    const { answer } = await read(['1', '2'], [{ body: { results } }])
    expect(answer).toMatchObject({
      answered: ['2'],
      unanswered: [{ id: '1', reason: 'repeated_cursor' }],
    })
  })

  it("cursors that come round again cost that record's links, however many lie between", async () => {
    const links = (count: number) => Array.from({ length: count }, (_, index) => link(100 + index))
    for (const length of [2, 3, 7]) {
      const { answer, requests } = await read(['1', '2'], ({ body }) => {
        const { inputs } = body as { inputs: { id: string; after?: string }[] }
        const results = inputs.map(({ id, after = '0' }) =>
          id === '1'
            ? result('1', links(2), String((Number(after) + 1) % length))
            : result('2', []),
        )
        return { body: { results } }
      })
      expect(answer).toMatchObject({
        answered: ['2'],
        links: [],
        unanswered: [{ id: '1', reason: 'repeated_cursor' }],
      })
      expect(requests.length).toBeLessThanOrEqual(3 * length)
    }
  })

  it('what was malformed and contradicted at first counts once an answer is clear', async () => {
    const unclear = { body: { results: [{ from: { id: '1' } }, result('1', [link(10)])] } }
    const clear = { body: { results: [result('1', [link(10), link(11)])] } }
    const { answer } = await read(['1'], [unclear, clear])
    expect(answer).toMatchObject({ answered: ['1'], unanswered: [] })
    expect(answer.links).toHaveLength(2)
  })

  it('what is sent twice is taken once', async () => {
    const results = [result('1', [link(10), link(10)]), result('1', [link(10)])]
    const { answer } = await read(['1'], [{ body: { results } }])
    expect(answer).toMatchObject({ answered: ['1'], links: [{ toId: '10' }], unanswered: [] })
  })

  it.each([
    ['two results that differ', [result('1', [link(10)]), result('1', [link(11)])], []],
    [
      'a result and an error',
      [result('1', [])],
      [{ category: 'INTERNAL_ERROR', context: { fromObjectId: ['1'] } }],
    ],
  ])('%s leave the record unanswered, until one answer is clear', async (_, results, errors) => {
    const unclear = { body: { results: [...results, result('2', [link(20)])], errors } }
    const unanswered = [{ id: '1', reason: 'contradictory' }]
    const { answer } = await read(['1', '2'], [unclear, unclear, unclear, unclear])
    expect(answer).toMatchObject({ answered: ['2'], links: [{ toId: '20' }], unanswered })
    const clear = { body: { results: [result('1', [link(10), link(11)])] } }
    const again = await read(['1', '2'], [unclear, clear])
    expect(again.answer).toMatchObject({ answered: ['1', '2'], unanswered: [] })
    expect(again.answer.links).toHaveLength(3)
  })
})

describe('a batch that HubSpot does not take', () => {
  const ids = Array.from({ length: 150 }, (_, index) => String(index + 1))
  const inputsOf = ({ body }: ScriptedRequest) => (body as { inputs: { id: string }[] }).inputs
  const linked = (request: ScriptedRequest) => ({
    body: { results: inputsOf(request).map(({ id }) => result(id, [link(Number(id) * 10)])) },
  })

  it('for its size is halved, and the size is kept for the next ones', async () => {
    const message =
      'The maximum number of inputs supported in a batch request for associations is 100.'
    await using server = await scriptHubSpot((request) =>
      inputsOf(request).length > 100 ? { status: 400, body: { message } } : linked(request),
    )
    const { hubspot } = connectScripted(server)
    const accepted = { most: 1_000 }
    for (let batch = 0; batch < 2; batch++) {
      const answer = await readAssociations(hubspot, pair, ids, accepted)
      expect(answer.answered).toEqual(ids)
    }
    const sizes = server.requests.map((request) => inputsOf(request).length)
    expect(sizes).toEqual([150, 75, 75, 75, 75])
  })

  it.each([
    [400, 'VALIDATION_ERROR'],
    [404, 'VALIDATION_ERROR'],
    [500, 'unreadable'],
  ])('with %i for one record costs that record only', async (status, reason) => {
    const { answer } = await read(ids, (request) =>
      inputsOf(request).some(({ id }) => id === '37')
        ? { status, body: { category: 'VALIDATION_ERROR', message: 'no' } }
        : linked(request),
    )
    expect(answer.answered).toHaveLength(149)
    expect(answer.unanswered).toEqual([{ id: '37', reason }])
  })

  it('with 400 whatever is asked is a refusal of them all', async () => {
    await using server = await scriptHubSpot([{ status: 400, body: { message: 'no such pair' } }])
    const { hubspot } = connectScripted(server)
    const error = await failureOf(readAssociations(hubspot, pair, ids))
    expect(error).toMatchObject({ code: 'HUBSPOT_REJECTED', status: 400 })
    expect(server.requests).toHaveLength(4)
  })

  it('a batch that is too heavy is read by halves', async () => {
    const { answer } = await read(['1', '2', '3'], ({ body }) => {
      const { inputs } = body as { inputs: { id: string }[] }
      if (inputs.length > 1) return { status: 524, body: '<html>' }
      return { body: { results: inputs.map(({ id }) => result(id, [link(Number(id) * 10)])) } }
    })
    expect(answer.links.map(({ toId }) => toId)).toEqual(['10', '20', '30'])
  })
})
