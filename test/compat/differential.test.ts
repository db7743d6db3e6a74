import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fivetranTables, type KnownMerges, liveRecords } from '../oracle/fivetran-rows.ts'
import { type HubgenFolder, openHubgenFolder } from '../oracle/hubgen-folder.ts'
import { type JudgedCopy, openJudgedCopy } from '../oracle/judged-copy.ts'
import type { Scenario, Stage } from '../oracle/stage.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'
import { compareTable, wrongFlags } from './judge-views.ts'

const history = {
  contacts: ['email'],
  companies: ['name'],
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
    },
    daysPass: 1,
    horizon: 'day',
  },
  {
    name: 'links go and get labels',
    change: ({ store, typeId, at }) => {
      const [deals, contacts, calls] = [typeId('deals'), typeId('contacts'), typeId('calls')]
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
    },
    horizon: 'run',
  },
]

const scenario: Scenario = {
  name: 'leaving Fivetran',
  entities: [...entities, ...engagements],
  records: { ...Object.fromEntries([...entities, ...engagements].map((name) => [name, 40])) },
  stages,
}

const stack = new AsyncDisposableStack()
let database: TestDatabase
let folder: HubgenFolder
let copy: JudgedCopy
const merges: KnownMerges = new Map()
/** Ids that were live at the end of some run, by entity. */
const seen = new Map<string, Set<string>>()

beforeAll(async () => {
  database = stack.use(await createDatabase())
  const { path } = stack.use(await temporaryDirectory())
  folder = await openHubgenFolder(path, scenario.entities)
  copy = stack.use(await openJudgedCopy({ scenario, seed: 11, folder, databaseUrl: database.url }))
}, 240_000)

afterAll(() => stack.disposeAsync())

describe("the views have the rows that Fivetran's tables would have", () => {
  test.each(stages)('$name', async (stage) => {
    await reach(stage)
    expect(await differences()).toEqual({})
    expect(await wrongFlags(database.query, copy.hand.store, seen)).toEqual({})
  })

  test('an erased record has its flags and no values', async () => {
    const { store, typeId, at } = copy.hand
    const id = at('deals', 2)
    store.purge(typeId('deals'), id)
    await reach({ name: 'purged', horizon: 'day', daysPass: 1 })
    const { exitCode, errors } = await runHubgen(
      folder.directory,
      ['erase', 'deals', id],
      copy.environment,
    )
    expect([exitCode, errors]).toEqual([0, ''])
    expect(await differences()).toEqual({})
    expect(await wrongFlags(database.query, copy.hand.store, seen)).toEqual({})
    expect(
      await database.query(
        `SELECT property_dealname, owner_id, deal_pipeline_stage_id,
          (SELECT count(*)::int FROM hubspot_fivetran.deal_stage WHERE deal_id = $1) AS stages
        FROM hubspot_fivetran.deal WHERE deal_id = $1`,
        [id],
      ),
    ).toEqual([
      { property_dealname: null, owner_id: null, deal_pipeline_stage_id: null, stages: 0 },
    ])
  })

  test('a deal that was merged away has no stages of its own', async () => {
    const rows = await database.query(`
      SELECT deal_id FROM hubspot_fivetran.deal_stage
      WHERE deal_id IN (SELECT merged_deal_id FROM hubspot_fivetran.merged_deal)`)
    expect(rows).toEqual([])
  })
})

/** The portal's part of a stage, and a run of hubgen. */
async function reach(stage: Stage): Promise<void> {
  copy.change(stage, null)
  if (stage.config !== undefined) await folder.generate(stage.config, copy.environment)
  if (stage.daysPass !== undefined) await copy.passTime(stage.daysPass)
  const reports = await copy.sync(stage.options)
  expect(reports.filter(({ outcome }) => outcome !== 'succeeded')).toEqual([])
  for (const name of scenario.entities) {
    const ids = seen.get(name) ?? new Set()
    seen.set(name, ids)
    for (const { id } of liveRecords(copy.hand.store, name)) ids.add(id)
  }
}

/** The first rows that one side lacks, by table. */
async function differences(): Promise<Record<string, readonly object[]>> {
  const differing: Record<string, readonly object[]> = {}
  for (const table of fivetranTables({ store: copy.hand.store, history, merges })) {
    const rows = await compareTable(database.query, table)
    if (rows.length > 0) differing[table.table] = rows
  }
  return differing
}
