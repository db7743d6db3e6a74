import type { Scenario, Stage } from '../oracle/stage.ts'

/** Properties whose former values are kept. */
export const history = {
  contacts: ['email', 'lifecyclestage'],
  companies: ['name', 'city'],
  deals: ['dealstage', 'amount'],
  tickets: ['hs_pipeline', 'hs_pipeline_stage'],
}

const config = { compat: 'fivetran', history }

const entities = ['companies', 'contacts', 'deals', 'tickets']
const engagements = ['calls', 'emails', 'meetings', 'notes', 'tasks', 'communications']

/** A change of the portal, and how long until hubgen has to know it. */
const stages: readonly Stage[] = [
  { name: 'first load', config, horizon: 'full' },
  {
    name: 'deals and contacts are merged, in chains too',
    change({ store, typeId, at }) {
      const deals = typeId('deals')
      const survivor = store.merge(deals, at('deals', 1), at('deals', 2))
      store.merge(deals, at('deals', 5), survivor, { newId: true })
      store.merge(typeId('contacts'), at('contacts', 4), at('contacts', 5))
      store.merge(typeId('companies'), at('companies', 2), at('companies', 3))
    },
    horizon: 'run',
  },
  {
    name: 'records are deleted',
    change({ store, typeId, at }) {
      for (const name of [...entities, ...engagements]) store.archive(typeId(name), at(name, 6))
      store.purge(typeId('deals'), at('deals', 8))
      store.purge(typeId('notes'), at('notes', 2))
    },
    daysPass: 1,
    horizon: 'day',
  },
  {
    name: 'some are restored',
    change({ store, typeId }) {
      for (const name of ['deals', 'contacts', 'calls']) {
        const [first] = store.scan(typeId(name), 0n, { archived: true })
        if (first !== undefined) store.restore(typeId(name), first.id)
      }
      // A later run finds the end of a chain that an earlier one has begun.
      for (const name of ['deals', 'contacts']) {
        const live = [...store.scan(typeId(name), 0n, { archived: false })]
        const merged = live.find((record) => record.value('hs_merged_object_ids') !== undefined)
        const other = live.find((record) => record.value('hs_merged_object_ids') === undefined)
        if (merged !== undefined && other !== undefined) {
          store.merge(typeId(name), other.id, merged.id)
        }
      }
    },
    daysPass: 1,
    horizon: 'day',
  },
  {
    name: 'links go and get labels',
    change: ({ store, typeId, at }) => {
      const [deals, contacts, calls] = [typeId('deals'), typeId('contacts'), typeId('calls')]
      store.archive(calls, at('calls', 9))
      const deal = at('deals', 3)
      for (const { toId } of store.links(deals, deal, contacts)) {
        store.unlink(deals, deal, contacts, toId)
      }
      for (const type of store.associationTypes(deals, contacts)) {
        store.link(deals, at('deals', 4), contacts, at('contacts', 1), type)
      }
      for (const type of store.associationTypes(calls, deals)) {
        store.link(calls, at('calls', 1), deals, at('deals', 1), type)
      }
    },
    daysPass: 1,
    horizon: 'day',
  },
  {
    name: 'deals and tickets move to other stages',
    change: ({ store, typeId, at }) => {
      const move = (name: string, place: number, property: string) => {
        const [pipeline] = store.pipelines(typeId(name)) ?? []
        for (const stage of pipeline?.stages ?? []) {
          store.update(typeId(name), at(name, place), { [property]: stage.id })
        }
      }
      move('deals', 0, 'dealstage')
      move('deals', 7, 'dealstage')
      move('tickets', 1, 'hs_pipeline_stage')
      store.update(typeId('contacts'), at('contacts', 3), { jobtitle: 'Buyer' })
    },
    horizon: 'run',
  },
]

/** A portal of which the views in Fivetran's shape show everything, and the changes that they have to follow. */
export const leavingFivetran: Scenario = {
  name: 'leaving Fivetran',
  entities: [...entities, ...engagements],
  records: { ...Object.fromEntries([...entities, ...engagements].map((name) => [name, 40])) },
  stages,
}
