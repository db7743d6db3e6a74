import { describe, expect, it } from 'vitest'
import { ask } from '../support/hubspot/ask-simulator.ts'
import { startTestSimulator } from '../support/simulator.ts'

const contacts = '/crm/objects/2026-09/contacts'

describe('writes', () => {
  it('a record is created, changed, archived, and permanently deleted', async () => {
    await using simulator = await startTestSimulator()
    const created = await ask(simulator, contacts, {
      body: { properties: { firstname: 'Ada', jobtitle: 'Analyst' } },
    })
    expect(created.status).toBe(201)
    const { id } = created.json() as { id: string }
    const path = `${contacts}/${id}`
    const changed = await ask(simulator, path, {
      method: 'PATCH',
      body: { properties: { firstname: 'Augusta', jobtitle: null } },
    })
    expect(changed.json()).toMatchObject({ id, properties: { firstname: 'Augusta' } })
    expect(simulator.store.record('0-1', id)?.value('jobtitle') ?? '').toBe('')
    expect((await ask(simulator, path, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(simulator, path)).status).toBe(404)
    expect((await ask(simulator, `${path}?archived=true`)).status).toBe(200)
    const purge = await ask(simulator, `${contacts}/gdpr-delete`, { body: { objectId: id } })
    expect(purge.status).toBe(204)
    expect((await ask(simulator, `${path}?archived=true`)).status).toBe(404)
  })

  it('unknown properties are refused, all at once', async () => {
    await using simulator = await startTestSimulator()
    const reply = await ask(simulator, contacts, { body: { properties: { one: '1', two: '2' } } })
    expect(reply.status).toBe(400)
    expect(reply.json()).toMatchObject({
      category: 'VALIDATION_ERROR',
      errors: [
        { code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['one'] } },
        { code: 'PROPERTY_DOESNT_EXIST', context: { propertyName: ['two'] } },
      ],
    })
  })

  it('two records become one', async () => {
    await using simulator = await startTestSimulator()
    const [primary, merged] = ['a', 'b'].map((firstname) =>
      simulator.store.create('0-1', { firstname }),
    )
    const reply = await ask(simulator, `${contacts}/merge`, {
      body: { primaryObjectId: primary?.id, objectIdToMerge: merged?.id },
    })
    expect(reply.status).toBe(200)
    const { id } = reply.json() as { id: string }
    expect((await ask(simulator, `${contacts}/${merged?.id}`)).json()).toMatchObject({ id })
  })

  it('a property is made, archived, and comes back with another type', async () => {
    await using simulator = await startTestSimulator()
    const path = '/crm/properties/2026-09/contacts'
    const [group] = simulator.store.groups('0-1')
    const body = { name: 'shoe_size', label: 'Shoe size', groupName: group?.name }
    const number = { ...body, type: 'number', fieldType: 'number' }
    const made = await ask(simulator, path, { body: number })
    expect(made.status).toBe(201)
    expect(made.json()).toMatchObject({ name: 'shoe_size', type: 'number', displayOrder: -1 })
    expect(made.json()).not.toHaveProperty('hubspotDefined')
    const again = await ask(simulator, path, { body: number })
    expect([again.status, again.json()]).toEqual([
      409,
      expect.objectContaining({ subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS' }),
    ])
    expect((await ask(simulator, `${path}/shoe_size`, { method: 'DELETE' })).status).toBe(204)
    expect((await ask(simulator, `${path}/shoe_size`)).status).toBe(404)
    const back = await ask(simulator, path, {
      body: { ...body, type: 'string', fieldType: 'text' },
    })
    expect(back.json()).toMatchObject({ name: 'shoe_size', type: 'string' })
    const retyped = await ask(simulator, `${path}/shoe_size`, {
      method: 'PATCH',
      body: { type: 'phone_number', fieldType: 'phonenumber' },
    })
    expect(retyped.json()).toMatchObject({ type: 'phone_number', fieldType: 'phonenumber' })
  })

  it('two records are linked and parted', async () => {
    await using simulator = await startTestSimulator()
    const { store } = simulator
    const contact = store.create('0-1', { firstname: 'Ada' }).id
    const company = store.create('0-2', { name: 'Engines' }).id
    const link = `/crm/objects/2026-09/contacts/${contact}/associations`
    const plain = await ask(simulator, `${link}/default/companies/${company}`, { method: 'PUT' })
    expect(plain.status).toBe(200)
    const primary = await ask(simulator, `${link}/companies/${company}`, {
      method: 'PUT',
      body: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }],
    })
    expect(primary.status).toBe(201)
    const types = store.links('0-1', contact, '0-2')[0]?.types.map(({ typeId }) => typeId)
    expect(types?.sort()).toEqual([1, 279])
    await ask(simulator, `${link}/companies/${company}`, { method: 'DELETE' })
    expect(store.links('0-1', contact, '0-2')).toEqual([])
  })

  it('a key that may only read is refused', async () => {
    await using simulator = await startTestSimulator({ scopes: ['crm.objects.contacts.read'] })
    const reply = await ask(simulator, contacts, { body: { properties: {} } })
    expect(reply.status).toBe(403)
    expect(reply.text).toContain('crm.objects.contacts.write')
  })
})
