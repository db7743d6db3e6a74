import type { PortalHand, Scenario, Stage } from '../oracle/stage.ts'

/**
 * How a run ends. `cut`: in this process, with both lines cut permanently, so that nothing it still does has
 * an effect. `kill`: a separate process that gets SIGKILL, slower by a second. `freeze`: it pauses until
 * another run has finished, and then continues.
 */
export const boundaryEndings = ['cut', 'kill', 'freeze'] as const
export type Ending = (typeof boundaryEndings)[number]

/** A scenario whose last stage has the run that ends at boundaries. */
export interface BoundaryScenario extends Scenario {
  /** How runs end unless the caller chooses another way. */
  readonly ending: Ending
}

const history = { deals: ['dealstage', 'amount'], contacts: ['lifecyclestage'] }
/** Contacts and companies have short tables, whose records come with each list; deals have all their columns. */
const include = {
  contacts: [
    'firstname',
    'lastname',
    'email',
    'lifecyclestage',
    'hubspot_owner_id',
    'days_to_close',
  ],
  companies: ['name', 'domain', 'hubspot_owner_id', 'recent_deal_amount', 'hs_is_target_account'],
}
const firstLoad: Stage = { name: 'first load', config: { history, include }, horizon: 'full' }
const idle: Stage = { name: 'little new', change: misfits, horizon: 'full', runs: 2 }
const entities = ['deals', 'contacts', 'companies']
const records = { deals: 16, contacts: 12, companies: 6 }

/** Small scenarios, because the number of boundaries determines the duration. */
export const boundaryScenarios: readonly BoundaryScenario[] = [
  {
    name: 'first-load',
    ending: 'cut',
    entities: ['deals', 'companies'],
    records: { deals: 320, companies: 6 },
    stages: [
      {
        ...firstLoad,
        config: { history: { deals: ['dealstage'] }, include: { companies: include.companies } },
      },
    ],
  },
  {
    name: 'new-history',
    ending: 'cut',
    entities: ['deals'],
    records: { deals: 320 },
    stages: [
      { name: 'without a history', config: { history: { deals: false } }, horizon: 'full' },
      { name: 'with one', config: { history: { deals: ['dealstage'] } }, horizon: 'full' },
    ],
  },
  scenario('incremental', { name: 'changes', change: changeRecords, horizon: 'run' }),
  scenario('merge-storm', { name: 'merges', change: mergeMany, horizon: 'run' }),
  scenario('retyped', {
    name: 'another type',
    change: ({ store, typeId, at }) => {
      store.retypeProperty(typeId('deals'), 'amount', 'string', 'text')
      store.update(typeId('deals'), at('deals', 5), { amount: '77' })
    },
    config: { history, include, types: { deals: { amount: 'text' } } },
    horizon: 'run',
  }),
  scenario('daily', { name: 'a day later', change: changeSilently, daysPass: 1, horizon: 'day' }),
  {
    ...scenario('lease-lost', {
      name: 'another run in between',
      change: changeRecords,
      meanwhile: changeAgain,
      daysPass: 1,
      horizon: 'day',
    }),
    ending: 'freeze',
  },
  scenario('quarantine', {
    name: 'values that do not fit, and some that do now',
    change: ({ store, typeId, at }) => {
      store.update(typeId('deals'), at('deals', 0), { amount: 'fits no more' })
      store.update(typeId('deals'), at('deals', 1), { amount: '17.5', closedate: 'tomorrow' })
      store.update(typeId('deals'), at('deals', 2), { amount: '18' })
      store.create(typeId('deals'), { dealname: 'new', amount: '0x10' })
      store.archive(typeId('deals'), at('deals', 3))
    },
    horizon: 'run',
  }),
  scenario('history', { name: 'stages move', change: moveStages, horizon: 'run' }),
  scenario('weekly', {
    name: 'a week later',
    change: (hand) => {
      changeRecords(hand)
      const { store, typeId } = hand
      for (const { id } of [...store.scan(typeId('deals'), 0n, { archived: true })].slice(0, 1)) {
        store.restore(typeId('deals'), id, { silently: true })
      }
    },
    daysPass: 8,
    horizon: 'week',
  }),
  scenario('brake', {
    name: 'many deletions, which stop a run until somebody allows them',
    change: ({ store, typeId, at }) => {
      for (const place of [8, 7, 6, 5, 4]) store.archive(typeId('deals'), at('deals', place))
      store.purge(typeId('deals'), at('deals', 3))
      store.create(typeId('deals'), { dealname: 'made meanwhile' })
    },
    disturbedOptions: { brake: { percent: 20, records: 3 } },
    options: { brake: false },
    horizon: 'run',
  }),
  scenario('not-answered', {
    name: 'a property is archived',
    change: ({ store, typeId, at }) => {
      store.archiveProperty(typeId('deals'), 'closedate')
      for (const place of [0, 1, 2, 4, 6, 8]) {
        store.update(typeId('deals'), at('deals', place), { dealname: `changed ${place}` })
      }
      store.create(typeId('deals'), { dealname: 'made meanwhile' })
    },
    horizon: 'run',
  }),
]

/** The stages before the last one are a first load and a run without changes, which scenarios share. */
function scenario(name: string, last: Stage): BoundaryScenario {
  return { name, ending: 'cut', entities, records, stages: [firstLoad, idle, last] }
}

/** Values that do not fit until a later change. */
function misfits({ store, typeId, at }: PortalHand): void {
  store.update(typeId('deals'), at('deals', 1), { amount: 'n/a' })
  store.update(typeId('deals'), at('deals', 2), { amount: 'later' })
  store.update(typeId('deals'), at('deals', 3), { amount: 'never' })
}

function changeRecords({ store, typeId, at }: PortalHand): void {
  const [deals, contacts, companies] = [typeId('deals'), typeId('contacts'), typeId('companies')]
  store.create(deals, { dealname: 'made between runs', amount: '12.50', dealstage: 'closedwon' })
  store.update(deals, at('deals', 4), { dealname: 'changed', amount: '1' })
  store.update(deals, at('deals', 6), { dealname: 'changed too', dealstage: 'closedlost' })
  store.archive(deals, at('deals', 5))
  store.purge(contacts, at('contacts', 2))
  store.update(contacts, at('contacts', 3), { firstname: 'Ada' })
  const [type] = store.associationTypes(deals, contacts)
  if (type !== undefined) store.link(deals, at('deals', 5), contacts, at('contacts', 0), type)
  store.update(deals, at('deals', 5), { dealname: 'linked' })
  store.create(companies, { name: 'New & Co' })
}

/** Changes that a run with earlier links and values would undo. */
function changeAgain({ store, typeId, live }: PortalHand): void {
  const [deals, contacts, companies] = [typeId('deals'), typeId('contacts'), typeId('companies')]
  const pairs = [
    ['deals', deals, contacts],
    ['deals', deals, companies],
    ['contacts', contacts, companies],
  ] as const
  for (const [name, from, to] of pairs) {
    for (const id of live(name).slice(0, 8)) {
      for (const { toId } of store.links(from, id, to)) store.unlink(from, id, to, toId)
    }
  }
  for (const id of live('deals').slice(0, 8)) {
    store.update(deals, id, { dealname: `changed again ${id}`, hs_forecast_amount: '4711' })
  }
  for (const id of live('contacts').slice(0, 8)) store.update(contacts, id, { firstname: 'Again' })
  store.archive(deals, live('deals').at(6) ?? '')
}

function mergeMany({ store, typeId, at }: PortalHand): void {
  const [deals, contacts] = [typeId('deals'), typeId('contacts')]
  let survivor = at('deals', 0)
  for (const [step, id] of [1, 2, 3].map((place) => at('deals', place)).entries()) {
    survivor = store.merge(deals, id, survivor, { newId: step % 2 === 1 })
  }
  store.merge(deals, at('deals', 5), at('deals', 6))
  store.merge(contacts, at('contacts', 1), at('contacts', 4), { newId: true })
  store.update(contacts, at('contacts', 2), { firstname: 'unmerged' })
}

function changeSilently({ store, typeId, at }: PortalHand): void {
  const [deals, contacts] = [typeId('deals'), typeId('contacts')]
  for (const place of [0, 3, -1]) {
    const changed = { hs_forecast_amount: `${place + 100}.25` }
    store.update(deals, at('deals', place), changed, { silently: true })
  }
  for (const name of ['contacts', 'companies'] as const) {
    const calculated = store
      .properties(typeId(name))
      .find(
        (property) =>
          property.calculated &&
          property.type === 'number' &&
          include[name].includes(property.name),
      )
    if (calculated === undefined) throw new Error(`no calculated number among the ${name}`)
    const changed = { [calculated.name]: '4711' }
    store.update(typeId(name), at(name, 1), changed, { silently: true })
  }
  for (const { toId } of store.links(deals, at('deals', 2), contacts)) {
    store.unlink(deals, at('deals', 2), contacts, toId)
  }
  const [type] = store.associationTypes(deals, contacts)
  if (type !== undefined) store.link(deals, at('deals', 1), contacts, at('contacts', -1), type)
  const [leaver, ...others] = store.owners()
  if (leaver !== undefined)
    store.setOwners([{ ...leaver, archived: true, userId: null }, ...others])
}

function moveStages({ store, typeId, at }: PortalHand): void {
  const deals = typeId('deals')
  for (const stage of ['qualifiedtobuy', 'presentationscheduled', 'closedwon']) {
    for (const place of [0, 1, 5]) store.update(deals, at('deals', place), { dealstage: stage })
  }
  store.update(deals, at('deals', 2), { amount: '5' })
  store.update(deals, at('deals', 2), { amount: null })
  store.archive(deals, at('deals', 3))
  store.update(typeId('contacts'), at('contacts', 0), { lifecyclestage: 'customer' })
}
