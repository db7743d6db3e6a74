import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { connectHubSpot } from '../../runtime/hubspot/client/client.ts'
import { planSync } from '../../runtime/sync/plan-sync.ts'
import { replayEntity } from '../../runtime/sync/replay/replay-entity.ts'
import type { SyncReport } from '../../runtime/sync/report.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { companionFacts } from '../support/companion-facts.ts'
import { alterAnswers } from '../support/hubspot/altered-answers.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const deals = '0-3'
const calculatedName = 'num_associated_contacts'
const everyId = { from: 0n, until: 10n ** 18n }

let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: 230 } }, fewColumns)
  entity = { ...portal.entity, calculated: [`property_${calculatedName}`] }
  await sync()
  await sync()
})

/** Every test leaves a portal that answers everything, and a copy that is right. */
afterEach(async () => {
  const { simulator } = portal
  simulator.faults.clear()
  for (const name of ['amount', calculatedName]) simulator.grant(deals, name)
  const archived = simulator.store.properties(deals).find(({ name }) => name === 'amount')?.archived
  if (archived) simulator.store.restoreProperty(deals, 'amount')
  await sync()
  await expectRight()
  expect(await remembered()).toEqual([])
})

afterAll(() => portal[Symbol.asyncDispose]())

function sync(options: SyncOptions = {}, wanted: Entity = entity): Promise<SyncReport> {
  const { simulator, directory, connection: database, connect } = portal
  const hubspot = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
  return syncEntity(wanted, { directory, hubspot, database, connect, ...options })
}

async function syncNoting(): Promise<{
  report: SyncReport
  reason: string | null
  notices: string[]
}> {
  const notices: string[] = []
  let reason: string | null = null
  const report = await sync({
    onEvent(event) {
      if (event.type === 'notice' && event.code === 'PROPERTY_NOT_ANSWERED') {
        notices.push(event.message)
      }
      if (event.type === 'run_started') ({ reason } = event)
    },
  })
  return { report, reason, notices }
}

function liveIds(): string[] {
  return [...portal.simulator.store.scan(deals, 0n, { archived: false })].map(({ id }) => id)
}

function idAt(place: number): string {
  return liveIds()[place] ?? ''
}

function set(id: string, properties: Record<string, string | null>): void {
  portal.simulator.store.update(deals, id, properties)
}

function setSilently(id: string, properties: Record<string, string | null>): void {
  portal.simulator.store.update(deals, id, properties, { silently: true })
}

async function remembered(): Promise<string[]> {
  const rows = await portal.database.query<{ property: string }>(
    "SELECT property FROM hubgen.unanswered WHERE entity = 'deals' ORDER BY 1",
  )
  return rows.map(({ property }) => property)
}

async function values(column: string): Promise<Map<string, string | null>> {
  const rows = await portal.database.query<{ id: string; value: string | null }>(
    `SELECT id, ${column}::text AS value FROM hubspot.deal WHERE NOT is_deleted ORDER BY deal.id`,
  )
  return new Map(rows.map(({ id, value }) => [id, value]))
}

/** Of the names that tests change. */
async function expectRight(): Promise<void> {
  const live = [...portal.simulator.store.scan(deals, 0n, { archived: false })]
  for (const name of ['amount', 'dealname', calculatedName]) {
    const wanted = live.map((record) => [record.id, record.value(name) || null] as const)
    expect(await values(`property_${name}`)).toEqual(new Map(wanted))
  }
}

async function makeDue(pass: string): Promise<void> {
  await portal.database.query(
    `UPDATE hubgen.pass SET begun_at = begun_at - interval '25 hours',
       finished_at = finished_at - interval '25 hours',
       fresh_as_of = fresh_as_of - interval '25 hours'
     WHERE entity = 'deals' AND pass = $1`,
    [pass],
  )
}

describe('a property that is archived and restored without a stamp that moves', () => {
  it('keeps its values, is reported, and is read for all records once it is back', async () => {
    const { store } = portal.simulator
    const id = idAt(10)
    set(id, { amount: '100.5' })
    await sync()
    store.archiveProperty(deals, 'amount')
    set(id, { dealname: 'renamed' })
    const created = store.create(deals, { dealname: 'new', amount: '7' }).id
    const { report, notices } = await syncNoting()
    expect(report).toMatchObject({
      outcome: 'succeeded',
      mode: 'incremental',
      unanswered: ['amount'],
    })
    expect(notices).toEqual(['HubSpot does not answer `amount`: stored values stay as they are'])
    const amounts = await values('property_amount')
    expect([amounts.get(id), amounts.get(created)]).toEqual(['100.5', null])
    expect(await remembered()).toEqual(['amount'])
    store.restoreProperty(deals, 'amount')
    setSilently(idAt(20), { amount: '4242' })
    setSilently(id, { amount: null })
    const back = await syncNoting()
    expect(back.report).toMatchObject({ outcome: 'succeeded', mode: 'full', unanswered: [] })
    expect(back.reason).toBe('`property_amount` is answered again')
    expect(back.notices).toEqual([])
    await expectRight()
    expect(await sync()).toMatchObject({ mode: 'incremental', read: 0 })
  })

  it('costs an idle run one call, and is reported in each run', async () => {
    const idle = await sync()
    portal.simulator.store.archiveProperty(deals, 'amount')
    set(idAt(3), { dealname: 'seen' })
    await sync()
    const { report, notices } = await syncNoting()
    expect(report).toMatchObject({ mode: 'incremental', read: 0, unanswered: ['amount'] })
    expect(report.calls).toBe(idle.calls + 1)
    expect(notices).toHaveLength(1)
    const { simulator, connect, connection } = portal
    const settings = { baseUrl: simulator.url, token: simulator.token, apiVersion: '2026-09' }
    const plan = await planSync(entity, connectHubSpot(settings, connect), connection)
    expect(plan).toMatchObject({ mode: 'incremental', reason: null })
    expect(plan.passes[0]?.calls.map(({ calls }) => calls)).toEqual([1, 1])
  })

  it('is found by a full read between two pages', async () => {
    const { faults } = portal.simulator
    faults.add({ kind: 'property_archived', objectType: 'deals', property: 'amount' })
    const before = await values('property_amount')
    expect(await sync({ full: true, readers: 1 })).toMatchObject({ unanswered: ['amount'] })
    expect(await values('property_amount')).toEqual(before)
    expect(await sync()).toMatchObject({ mode: 'incremental', unanswered: ['amount'] })
  })
})

describe('a property that the key may not read for a while', () => {
  it('keeps its values in a full read, which does not count as one of it', async () => {
    const before = await values('property_amount')
    portal.simulator.withhold(deals, 'amount')
    expect(await sync({ full: true })).toMatchObject({ mode: 'full', unanswered: ['amount'] })
    expect(await values('property_amount')).toEqual(before)
    expect(await sync()).toMatchObject({ mode: 'incremental' })
    portal.simulator.grant(deals, 'amount')
    expect(await sync()).toMatchObject({ mode: 'full' })
  })

  it('keeps them where records are read by id', async () => {
    const id = idAt(30)
    set(id, { amount: '300' })
    await sync()
    portal.simulator.withhold(deals, 'amount')
    set(id, { dealname: 'by id' })
    expect(await sync({ repair: [everyId] })).toMatchObject({ updated: 1, unanswered: ['amount'] })
    expect((await values('property_amount')).get(id)).toBe('300')
    expect(await remembered()).toEqual(['amount'])
  })

  it('keeps them in a run that reads a few records', async () => {
    const id = idAt(0)
    set(id, { amount: '301' })
    await sync()
    portal.simulator.withhold(deals, 'amount')
    set(id, { dealname: 'of a test run' })
    expect(await sync({ limit: 5 })).toMatchObject({ updated: 1, unanswered: ['amount'] })
    expect((await values('property_amount')).get(id)).toBe('301')
  })

  it('keeps them when a record that was refused meanwhile is replayed', async () => {
    const id = idAt(90)
    set(id, { amount: '90' })
    await sync()
    portal.simulator.withhold(deals, 'amount')
    const check = "ADD CONSTRAINT refused CHECK (property_dealname <> 'refused')"
    await portal.database.query(`ALTER TABLE hubspot.deal ${check} NOT VALID`)
    set(id, { dealname: 'refused' })
    expect(await sync()).toMatchObject({ rejectedRecords: 1, unanswered: ['amount'] })
    await portal.database.query('ALTER TABLE hubspot.deal DROP CONSTRAINT refused')
    const { records } = await replayEntity(entity, portal.connection)
    expect(records).toMatchObject({ fitted: 1, stayed: 0 })
    expect((await values('property_dealname')).get(id)).toBe('refused')
    expect((await values('property_amount')).get(id)).toBe('90')
  })

  it('keeps calculated values where nothing else is read', async () => {
    const before = await values(`property_${calculatedName}`)
    portal.simulator.withhold(deals, calculatedName)
    setSilently(idAt(40), { [calculatedName]: '4711' })
    await makeDue('calculated')
    expect(await sync()).toMatchObject({ updated: 0, unanswered: [calculatedName] })
    expect(await values(`property_${calculatedName}`)).toEqual(before)
    expect(await remembered()).toEqual([calculatedName])
    portal.simulator.grant(deals, calculatedName)
    expect(await sync()).toMatchObject({ mode: 'full', updated: 1 })
  })

  it('is still to be read when the run that finds it back is cancelled', async () => {
    portal.simulator.withhold(deals, 'amount')
    set(idAt(50), { dealname: 'meanwhile' })
    await sync()
    setSilently(idAt(51), { amount: '51' })
    portal.simulator.grant(deals, 'amount')
    const cancel = new AbortController()
    const onEvent = ({ type }: { type: string }) => {
      if (type === 'run_started') cancel.abort(new Error('enough'))
    }
    expect(await sync({ onEvent, signal: cancel.signal })).toMatchObject({ outcome: 'cancelled' })
    expect(await remembered()).toEqual([])
    expect(await sync()).toMatchObject({ mode: 'full', updated: 1 })
  })

  it('is read from the start where a full read was interrupted meanwhile', async () => {
    portal.simulator.withhold(deals, 'amount')
    const cancel = new AbortController()
    const onEvent = ({ type }: { type: string }) => {
      if (type === 'batch_written') cancel.abort(new Error('enough'))
    }
    const options = { full: true, readers: 1, batchRows: 100, onEvent, signal: cancel.signal }
    expect(await sync(options)).toMatchObject({ outcome: 'cancelled' })
    setSilently(idAt(0), { amount: '1.5' })
    portal.simulator.grant(deals, 'amount')
    expect(await sync()).toMatchObject({ mode: 'full', updated: 1 })
  })
})

describe('a property that is left out for a while', () => {
  const without: Entity['properties'] = {}
  beforeAll(() => {
    const { property_amount: _, ...others } = portal.entity.properties as Record<string, never>
    Object.assign(without, others)
  })

  const leavings: Record<string, (narrow: Entity) => Promise<unknown>> = {
    'an incremental run': (narrow) => sync({}, narrow),
    'a test': (narrow) => sync({ limit: 5 }, narrow),
    'a repair': (narrow) => sync({ repair: [everyId] }, narrow),
    'a replay': (narrow) => replayEntity(narrow, portal.connection),
  }

  it.each(Object.entries(leavings))('by %s is read for all records later', async (_, leave) => {
    await leave({ ...entity, properties: without })
    setSilently(idAt(60), { amount: '60.5' })
    setSilently(idAt(61), { amount: null })
    expect(await sync()).toMatchObject({ mode: 'full' })
    await expectRight()
    setSilently(idAt(60), { amount: null })
    await sync({ full: true })
  })

  it('is no longer remembered as unanswered', async () => {
    portal.simulator.withhold(deals, 'amount')
    set(idAt(80), { dealname: 'x' })
    await sync()
    expect(await remembered()).toEqual(['amount'])
    expect(await sync({}, { ...entity, properties: without })).toMatchObject({ unanswered: [] })
    expect(await remembered()).toEqual([])
  })
})

it('lists that are read by batches keep values as well', async () => {
  await using wide = await openSyncPortal('deals', {
    records: { deals: 120 },
    urlLimitBytes: 1_000,
  })
  await wide.sync()
  const before = await wide.database.query(
    'SELECT id, property_amount FROM hubspot.deal ORDER BY id',
  )
  wide.simulator.withhold(deals, 'amount')
  const report = await wide.sync({ full: true })
  expect(report).toMatchObject({ outcome: 'succeeded', unanswered: ['amount'] })
  expect(wide.simulator.requests.byRoute()['batch_read']).toBeGreaterThan(0)
  expect(
    await wide.database.query('SELECT id, property_amount FROM hubspot.deal ORDER BY id'),
  ).toEqual(before)
})

describe('a property whose former values HubSpot does not answer', () => {
  const names = ['amount', 'dealstage']
  const notAnswered =
    'PROPERTY_NOT_ANSWERED: HubSpot does not answer former values of `amount`: stored values stay as they are'

  async function open() {
    const wide = await openSyncPortal(
      'deals',
      { records: { deals: 120 } },
      { ...fewColumns, history: names },
    )
    const altered = await alterAnswers(wide.simulator.url)
    const { history: generated } = companionFacts(wide.analysis)
    const withHistory = { ...wide.entity, ...(generated && { history: generated }) }
    const notices: string[] = []
    let calls = 0
    const run = async () => {
      notices.length = 0
      const before = calls
      const report = await syncEntity(withHistory, {
        directory: wide.directory,
        hubspot: { baseUrl: altered.url, token: wide.simulator.token, apiVersion: '2026-09' },
        database: wide.connection,
        connect: wide.connect,
        onEvent(event) {
          if (event.type === 'notice') notices.push(`${event.code}: ${event.message}`)
        },
      })
      return { report, historyCalls: calls - before }
    }
    /** Answers of batch reads about former values lack this name. */
    const withhold = (name: string | null) =>
      altered.alter(({ kind }, { status, body }) => {
        const { results } = body as { results?: { propertiesWithHistory?: object }[] }
        if (kind !== 'batch' || !results?.some((one) => one.propertiesWithHistory)) return undefined
        calls += 1
        if (name === null) return undefined
        const without = results.map(({ propertiesWithHistory = {}, ...one }) => ({
          ...one,
          propertiesWithHistory: Object.fromEntries(
            Object.entries(propertiesWithHistory).filter(([key]) => key !== name),
          ),
        }))
        return { status, body: { ...(body as object), results: without } }
      })
    const formerValues = async (name: string) => {
      const [row] = await wide.database.query<{ count: number }>(
        `SELECT count(*)::int FROM hubspot.deal_property_history WHERE name = '${name}'`,
      )
      return row?.count
    }
    const lost = () => wide.database.query('SELECT property, part FROM hubgen.unanswered')
    return { wide, altered, run, withhold, formerValues, lost, notices }
  }

  it('is reported, costs a run at most one call, and is read for all records once it is answered', async () => {
    const { wide, altered, run, withhold, formerValues, lost, notices } = await open()
    await using _portal = wide
    await using _altered = altered
    withhold('amount')
    const first = await run()
    expect(first.report).toMatchObject({ outcome: 'succeeded', unanswered: ['amount'] })
    expect(notices).toContain(notAnswered)
    expect(first.historyCalls).toBe(3)
    expect(await lost()).toEqual([{ property: 'amount', part: 'history' }])
    expect(await formerValues('amount')).toBe(0)
    const dealstages = await formerValues('dealstage')
    expect(dealstages).toBeGreaterThan(0)
    await run()
    const idle = await run()
    expect(idle.report).toMatchObject({ mode: 'incremental', unanswered: ['amount'] })
    expect(idle.historyCalls).toBe(1)
    expect(notices).toContain(notAnswered)
    expect(await lost()).toEqual([{ property: 'amount', part: 'history' }])
    withhold(null)
    const back = await run()
    expect(back.report).toMatchObject({ outcome: 'succeeded', unanswered: [] })
    expect(await lost()).toEqual([])
    expect(await formerValues('amount')).toBeGreaterThan(0)
    expect(await formerValues('dealstage')).toBe(dealstages)
    expect((await run()).historyCalls).toBe(0)
  })

  it('has its values read again as soon as these are answered', async () => {
    const { wide, altered, run, withhold, lost } = await open()
    await using _portal = wide
    await using _altered = altered
    const amounts = () =>
      wide.database.query<{ id: string; amount: string | null }>(
        'SELECT id, property_amount::text AS amount FROM hubspot.deal WHERE NOT is_deleted ORDER BY deal.id',
      )
    wide.simulator.withhold(deals, 'amount')
    expect((await run()).report).toMatchObject({ unanswered: ['amount'] })
    expect(await lost()).toEqual([{ property: 'amount', part: 'records' }])
    wide.simulator.grant(deals, 'amount')
    withhold('amount')
    expect((await run()).report).toMatchObject({ mode: 'full', unanswered: ['amount'] })
    expect(await lost()).toEqual([{ property: 'amount', part: 'history' }])
    const live = [...wide.simulator.store.scan(deals, 0n, { archived: false })]
    expect((await amounts()).map(({ id, amount }) => [id, amount])).toEqual(
      live.map((record) => [record.id, record.value('amount') || null]),
    )
    expect((await run()).report).toMatchObject({ mode: 'incremental' })
  })
})
