import { describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { ask, askPage } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const batchPath = '/crm/associations/2026-09/companies/contacts/batch/read'

interface Linked {
  readonly from: { readonly id: string }
  readonly to: readonly {
    readonly toObjectId: number
    readonly associationTypes: readonly { typeId: number; category: string; label: string | null }[]
  }[]
  readonly paging?: { readonly next: { readonly after: string } }
}

/** A company with `count` contacts, each the primary one as well as plainly linked. */
function companyWithContacts(
  { store }: Simulator,
  count: number,
): { id: string; contactIds: string[] } {
  const { id } = store.create('0-2', { name: 'Crowded' })
  const contactIds = Array.from({ length: count }, (_, index) => {
    const contact = store.create('0-1', { firstname: `Contact ${index}` })
    for (const typeId of [280, 2]) {
      store.link('0-2', id, '0-1', contact.id, { category: 'HUBSPOT_DEFINED', typeId })
    }
    return contact.id
  })
  return { id, contactIds }
}

describe('associations', () => {
  it('a batch gives numeric ids and every type of a link', async () => {
    await using simulator = await startTestSimulator()
    const { id, contactIds } = companyWithContacts(simulator, 2)
    const reply = await ask(simulator, batchPath, { body: { inputs: [{ id }] } })
    expect(reply.status).toBe(200)
    const [linked] = (reply.json() as { results: Linked[] }).results
    expect(linked?.from).toEqual({ id })
    expect(linked?.to.map(({ toObjectId }) => toObjectId).sort()).toEqual(
      contactIds.map(Number).sort(),
    )
    const types = linked?.to[0]?.associationTypes ?? []
    expect(types.map(({ typeId }) => typeId).sort()).toEqual([2, 280])
    expect(linked).not.toHaveProperty('paging')
  })

  it('an input without any association makes the answer a 207 that is a success', async () => {
    await using simulator = await startTestSimulator()
    const lonely = simulator.store.create('0-2', { name: 'Lonely' }).id
    const { id } = companyWithContacts(simulator, 1)
    const reply = await ask(simulator, batchPath, { body: { inputs: [{ id: lonely }, { id }] } })
    expect(reply.status).toBe(207)
    expect(reply.json()).toMatchObject({
      status: 'COMPLETE',
      results: [{ from: { id } }],
      numErrors: 1,
      errors: [
        {
          status: 'error',
          category: 'OBJECT_NOT_FOUND',
          subCategory: 'crm.associations.NO_ASSOCIATIONS_FOUND',
          message: `No contact is associated with company ${lonely}.`,
          context: {
            fromObjectId: [lonely],
            fromObjectType: ['company'],
            toObjectType: ['contact'],
          },
        },
      ],
    })
  })

  it('paging is per input', async () => {
    await using simulator = await startTestSimulator({ associationPageSize: 2 })
    const { id, contactIds } = companyWithContacts(simulator, 5)
    const seen: number[] = []
    let after: string | undefined
    do {
      const body = { inputs: [{ id, ...(after === undefined ? {} : { after }) }] }
      const reply = await ask(simulator, batchPath, { body })
      const [linked] = (reply.json() as { results: Linked[] }).results
      seen.push(...(linked?.to ?? []).map(({ toObjectId }) => toObjectId))
      after = linked?.paging?.next.after
    } while (after !== undefined)
    expect(seen.sort()).toEqual(contactIds.map(Number).sort())
  })

  it('a thousand inputs are taken, one more is not', async () => {
    await using simulator = await startTestSimulator()
    const inputs = Array.from({ length: 1_001 }, (_, index) => ({ id: String(index + 1) }))
    const most = await ask(simulator, batchPath, { body: { inputs: inputs.slice(1) } })
    expect(most.status).toBe(207)
    expect((await ask(simulator, batchPath, { body: { inputs } })).status).toBe(400)
  })

  it('inside a record the same id repeats once per type, a hundred entries at most', async () => {
    await using simulator = await startTestSimulator()
    const { id } = companyWithContacts(simulator, 60)
    const path = `/crm/v3/objects/companies/${id}`
    const company = (await ask(simulator, `${path}?associations=contacts,deals`)).json() as {
      associations: Record<
        string,
        { results: { id: string; type: string }[]; paging: { next: { after: string } } }
      >
    }
    expect(Object.keys(company.associations)).toEqual(['contacts'])
    const { results, paging } = company.associations['contacts'] ?? {
      results: [],
      paging: undefined,
    }
    expect(results).toHaveLength(100)
    expect(results.filter((entry) => entry.id === results[0]?.id)).toHaveLength(2)
    expect(new Set(results.map(({ type }) => type))).toEqual(
      new Set(['company_to_contact', 'company_to_contact_unlabeled']),
    )
    const rest = await askPage(
      simulator,
      `${path}/associations/contacts?after=${paging?.next.after}`,
    )
    expect(rest.results).toHaveLength(20)
    expect(rest).not.toHaveProperty('paging')
  })

  it('labels name every type of a pair, per direction', async () => {
    await using simulator = await startTestSimulator()
    const labels = async (pair: string) =>
      (await ask(simulator, `/crm/associations/2026-09/${pair}/labels`)).json()
    expect(await labels('contacts/companies')).toMatchObject({
      results: expect.arrayContaining([
        { category: 'HUBSPOT_DEFINED', typeId: 279, label: null },
        { category: 'HUBSPOT_DEFINED', typeId: 1, label: 'Primary' },
      ]),
    })
    expect(await labels('companies/contacts')).toMatchObject({
      results: expect.arrayContaining([{ category: 'HUBSPOT_DEFINED', typeId: 280, label: null }]),
    })
  })
})
