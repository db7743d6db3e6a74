import { readdir } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { explorePortal } from '../../generator/explore/explore-portal.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { type ScriptedRequest, scriptHubSpot } from '../support/hubspot/scripted-hubspot.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const account = { portalId: 1, timeZone: 'US/Eastern', companyCurrency: 'USD' }

/** A portal whose only answers are those of the test, by a part of the path. */
async function exploreScripted(bodies: Readonly<Record<string, unknown>>, directory: string) {
  const answer = ({ path, query }: ScriptedRequest) => {
    if (path.includes('/account-info/')) return { body: account }
    const place = Object.keys(bodies).find((part) => path.includes(part))
    const asked = query.get('dataSensitivity') ?? 'non_sensitive'
    const plain = asked === 'non_sensitive' && query.get('archived') !== 'true'
    return { body: place === undefined || !plain ? { results: [] } : bodies[place] }
  }
  await using server = await scriptHubSpot(answer)
  return await explorePortal(connectHubSpot(server.settings), {
    directory,
    entities: ['deals'],
    sampleRecords: 0,
    onStep: () => {},
    onExplored: () => {},
  })
}

const amount = { name: 'amount', type: 'number' }

describe('an answer of another shape', () => {
  test.each([
    ['/crm/properties/', { results: [{ name: 7 }] }, '/crm/properties/', '`results.0.name`'],
    ['/groups', { results: [{ label: 'x' }] }, '/groups', '`results.0.name`'],
    ['/crm/pipelines/', { results: [{ id: 1 }] }, '/crm/pipelines/', '`results.0.id`'],
    ['/labels', { results: [{ category: 'A', typeId: '1' }] }, '/labels', '`results.0.typeId`'],
    ['/schemas', { results: [{}] }, '/schemas', '`results.0.objectTypeId`'],
  ])(
    'of %s is reported with its endpoint, and nothing is written',
    async (part, body, path, place) => {
      await using folder = await temporaryDirectory()
      const bodies = { [part]: body, '/groups': { results: [] }, properties: { results: [amount] } }
      const failure = exploreScripted({ ...bodies, [part]: body }, folder.path)
      await expect(failure).rejects.toMatchObject({
        code: 'ANSWER_MALFORMED',
        at: expect.stringContaining(path),
        message: expect.stringContaining(place),
      })
      expect(await readdir(folder.path)).toEqual([])
    },
  )

  test('that only says more or leaves out what it may is fine', async () => {
    await using folder = await temporaryDirectory()
    const bodies = {
      '/groups': { results: [{ name: 'g', label: null, colour: 'red' }], total: 1 },
      properties: { results: [{ ...amount, options: null, hologram: { deep: true } }] },
      '/crm/pipelines/': { results: [{ id: 'default', stages: null }] },
    }
    const { explored } = await exploreScripted(bodies, folder.path)
    expect(explored).toMatchObject([{ entity: 'deals', columns: 1, notes: [] }])
  })
})
