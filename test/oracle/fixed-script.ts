import type { PortalHand, Scenario, Stage } from './stage.ts'

const config = { history: { deals: ['dealstage', 'amount'], contacts: ['lifecyclestage'] } }

const values: Stage = {
  name: 'create, update and clear',
  change({ store, typeId, at }) {
    const deals = typeId('deals')
    store.create(deals, { dealname: 'made between runs', amount: '12.50', dealstage: 'closedwon' })
    store.create(typeId('contacts'), { email: 'new@example.test' })
    store.create(typeId('companies'), { name: 'New & Co' })
    store.update(deals, at('deals', 3), { dealname: null, amount: '', description: 'a\0b \ud83d' })
    store.update(deals, at('deals', 4), { amount: 'n/a', dealname: 'does not fit' })
    store.update(deals, at('deals', 4), { dealname: 'does not fit, twice' })
    store.update(typeId('contacts'), at('contacts', 0), { firstname: 'Ada' })
    store.update(deals, at('deals', -1), { dealstage: 'appointmentscheduled' })
  },
  horizon: 'run',
}

const deletions: Stage = {
  name: 'delete and purge',
  change({ store, typeId, at }) {
    store.archive(typeId('deals'), at('deals', 5))
    store.purge(typeId('deals'), at('deals', 6))
    store.archive(typeId('contacts'), at('contacts', 2))
    store.purge(typeId('companies'), at('companies', 1))
    // Changed and deleted between two runs.
    store.update(typeId('deals'), at('deals', 8), { dealname: 'last words' })
    store.archive(typeId('deals'), at('deals', 8))
    const { id } = store.create(typeId('deals'), { dealname: 'came and went' })
    store.archive(typeId('deals'), id)
  },
  horizon: 'run',
}

const restores: Stage = {
  name: 'restore, with a stamp and without',
  change({ store, typeId }) {
    const deals = typeId('deals')
    const bin = [...store.scan(deals, 0n, { archived: true })].map(({ id }) => id)
    for (const [place, id] of bin.entries()) store.restore(deals, id, { silently: place % 2 === 0 })
    const contacts = [...store.scan(typeId('contacts'), 0n, { archived: true })]
    for (const { id } of contacts) store.restore(typeId('contacts'), id, { silently: true })
  },
  horizon: 'run',
}

const merges: Stage = {
  name: 'merge, with an id of its own and in chains',
  change(hand) {
    const { store, typeId, at } = hand
    const deals = typeId('deals')
    store.merge(deals, at('deals', 1), at('deals', 7))
    store.merge(deals, at('deals', 9), at('deals', 10), { newId: true })
    chain(hand, 'deals', [12, 13, 14])
    store.merge(typeId('contacts'), at('contacts', 4), at('contacts', 5), { newId: true })
    chain(hand, 'contacts', [7, 8, 9])
    store.merge(typeId('companies'), at('companies', 2), at('companies', 3))
  },
  horizon: 'run',
}

/** Each is merged into the next one. */
function chain({ store, typeId, at }: PortalHand, name: string, places: readonly number[]): void {
  const [first = '', ...rest] = places.map((place) => at(name, place))
  let survivor = first
  for (const [step, id] of rest.entries()) {
    survivor = store.merge(typeId(name), id, survivor, { newId: step % 2 === 1 })
  }
}

const silence: Stage = {
  name: 'what moves no stamp: calculated values, links and their labels',
  change({ store, typeId, at }) {
    const deals = typeId('deals')
    for (const place of [0, 2, -2]) {
      const changed = { hs_forecast_amount: `${place + 100}.25`, days_to_close: '7' }
      store.update(deals, at('deals', place), changed, { silently: true })
    }
    const [contacts, companies] = [typeId('contacts'), typeId('companies')]
    const [deal, contact] = [at('deals', 2), at('contacts', 3)]
    for (const { toId } of store.links(deals, deal, contacts)) {
      store.unlink(deals, deal, contacts, toId)
    }
    for (const type of store.associationTypes(deals, contacts)) {
      store.link(deals, deal, contacts, contact, type)
    }
    for (const { toId } of store.links(contacts, contact, companies)) {
      store.unlink(contacts, contact, companies, toId)
    }
    const [label] = store
      .associationTypes(contacts, companies)
      .filter((type) => type.label !== null)
    if (label !== undefined) store.link(contacts, contact, companies, at('companies', 0), label)
  },
  horizon: 'run',
}

const linksOfChanged: Stage = {
  name: 'links of records that changed',
  change({ store, typeId, at }) {
    const [deals, contacts] = [typeId('deals'), typeId('contacts')]
    const [type] = store.associationTypes(deals, contacts)
    const deal = at('deals', 11)
    if (type !== undefined) store.link(deals, deal, contacts, at('contacts', 0), type)
    for (const { toId } of store.links(deals, deal, typeId('companies'))) {
      store.unlink(deals, deal, typeId('companies'), toId)
    }
    store.update(deals, deal, { dealname: 'linked otherwise' })
    const { id } = store.create(contacts, { email: 'linked@example.test' })
    if (type !== undefined) store.link(deals, at('deals', 15), contacts, id, type)
  },
  horizon: 'run',
}

const aside: Stage = {
  name: 'owners and users leave, stages are renamed and go',
  change({ store, typeId }) {
    const owners = store.owners()
    const [leaver, gone] = owners
    store.setOwners(
      owners
        .filter(({ id }) => id !== gone?.id)
        .map((owner) =>
          owner.id === leaver?.id
            ? { ...owner, archived: true, firstName: '', lastName: '', userId: null, teams: [] }
            : owner,
        ),
    )
    const { users, roles, teams } = store.portalUsers()
    store.setPortalUsers({
      users: users.slice(1).map((user) => ({ ...user, lastName: 'renamed' })),
      roles: roles.slice(0, -1),
      teams: teams.slice(1).map((team) => ({ ...team, userIds: team.userIds.slice(1) })),
    })
    const pipelines = store.pipelines(typeId('deals')) ?? []
    store.setPipelines(
      typeId('deals'),
      pipelines.map((pipeline, place) => ({
        ...pipeline,
        label: `${pipeline.label} */ renamed`,
        stages: place === 0 ? pipeline.stages.slice(0, -1) : pipeline.stages,
      })),
    )
  },
  daysPass: 1,
  horizon: 'day',
}

const balanced: Stage = {
  name: 'deletions and restores that balance',
  change({ store, typeId, at }) {
    const deals = typeId('deals')
    const bin = [...store.scan(deals, 0n, { archived: true })].map(({ id }) => id)
    const [restored] = bin
    store.purge(deals, at('deals', 2))
    if (restored !== undefined) store.restore(deals, restored, { silently: true })
    store.archive(typeId('contacts'), at('contacts', 1))
    store.create(typeId('contacts'), { email: 'in-its-place@example.test' })
  },
  horizon: 'run',
}

const archivedProperty: Stage = {
  name: 'a property is archived, records change meanwhile',
  change({ store, typeId, at }) {
    const deals = typeId('deals')
    store.archiveProperty(deals, 'description')
    store.update(deals, at('deals', 1), { dealname: 'changed without a description' })
    store.create(deals, { dealname: 'made without a description' })
  },
  horizon: 'run',
}

const restoredProperty: Stage = {
  name: 'the property is back',
  change({ store, typeId, at }) {
    const deals = typeId('deals')
    store.restoreProperty(deals, 'description')
    store.update(deals, at('deals', 2), { description: 'set after it was back' })
  },
  runs: 2,
  horizon: 'run',
}

const silentValues: Stage = {
  name: 'values that change without a stamp',
  change({ store, typeId, at }) {
    store.update(typeId('deals'), at('deals', 3), { dealname: 'silent' }, { silently: true })
    store.update(typeId('contacts'), at('contacts', -1), { lastname: null }, { silently: true })
  },
  horizon: 'run',
}

const nothing = (name: string, horizon: Stage['horizon'], rest: Partial<Stage> = {}): Stage => ({
  name,
  horizon,
  ...rest,
})

/** Every kind of change of a record, each judged when it is due: after a run, a day, a week, `--full`. */
export const fixedScript: Scenario = {
  name: 'fixed script',
  entities: ['deals', 'contacts', 'companies'],
  records: { deals: 40, contacts: 30, companies: 12 },
  stages: [
    nothing('first load', 'full', { config }),
    nothing('nothing new', 'full'),
    values,
    deletions,
    restores,
    merges,
    silence,
    nothing('a day later', 'day', { daysPass: 1 }),
    linksOfChanged,
    aside,
    balanced,
    nothing('a week later', 'week', { daysPass: 8 }),
    archivedProperty,
    restoredProperty,
    nothing('another day later', 'day', { daysPass: 1 }),
    silentValues,
    nothing('everything again', 'full', { options: { full: true }, daysPass: 8 }),
  ],
}
