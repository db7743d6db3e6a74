import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AssociationTable, Entity } from '../../../runtime/entity.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { associationPasses } from '../../../runtime/sync/passes/associations.ts'
import { associationNamed } from '../../support/companion-facts.ts'
import { alterAnswers } from '../../support/hubspot/altered-answers.ts'
import { runPass } from '../../support/run-pass.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

const deals = '0-3'
const contacts = '0-1'
const emails = '0-49'
const plainType = { category: 'HUBSPOT_DEFINED', typeId: 3 }
const decides = { category: 'USER_DEFINED', typeId: 10 }

const toContacts: AssociationTable = {
  table: 'hubspot.deal_contact',
  toObjectType: contacts,
  fromColumn: 'deal_id',
  toColumn: 'contact_id',
}
const toEmails: AssociationTable = {
  table: 'hubspot.deal_email',
  toObjectType: emails,
  fromColumn: 'deal_id',
  toColumn: 'email_id',
}

/** Deals have no table of emails: emails have one of deals. */
function tableSql({ table, fromColumn, toColumn }: AssociationTable): string {
  return `CREATE TABLE ${table} (
    ${fromColumn} bigint NOT NULL, ${toColumn} bigint NOT NULL, type_id integer NOT NULL,
    category text NOT NULL, label text, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (${fromColumn}, ${toColumn}, category, type_id))`
}

let portal: SyncPortal
let entity: Entity

beforeAll(async () => {
  portal = await openSyncPortal(
    'deals',
    {
      records: { deals: 2_300, contacts: 400, emails: 900 },
      associationPageSize: 50,
    },
    fewColumns,
  )
  entity = { ...portal.entity, associations: [toContacts, toEmails] }
  await portal.database.query(tableSql(toEmails))
  await portal.sync()
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query('TRUNCATE hubspot.deal_contact, hubspot.deal_email')
})

afterAll(() => portal[Symbol.asyncDispose]())

function passes(table: AssociationTable) {
  const [all, changed] = associationPasses(table)
  if (all === undefined || changed === undefined) throw new Error('two passes expected')
  return { all, changed }
}

function liveIds(): string[] {
  const records = portal.simulator.store.scan(deals, 0n, { archived: false })
  return [...records].map(({ id }) => id)
}

/** HubSpot's links, from the store. */
function expected(table: AssociationTable): readonly string[] {
  const { store } = portal.simulator
  return liveIds()
    .flatMap((id) =>
      store
        .links(deals, id, table.toObjectType)
        .flatMap(({ toId, types }) =>
          types.map(({ typeId, category, label }) => [id, toId, category, typeId, label].join(' ')),
        ),
    )
    .sort()
}

async function stored({ table, fromColumn, toColumn }: AssociationTable) {
  const rows = await portal.database.query<Record<string, unknown>>(
    `SELECT ${fromColumn} AS f, ${toColumn} AS t, category, type_id, label FROM ${table}`,
  )
  return rows
    .map(({ f, t, category, type_id, label }) => [f, t, category, type_id, label].join(' '))
    .sort()
}

function firstWith(minimum: number, table: AssociationTable): string {
  const { store } = portal.simulator
  const id = liveIds().find(
    (each) => store.links(deals, each, table.toObjectType).length >= minimum,
  )
  if (id === undefined) throw new Error('no such deal')
  return id
}

describe('all links of a pair', () => {
  it('equal what HubSpot has, types and labels included', async () => {
    const { counts, position, calls } = await runPass(portal, passes(toContacts).all, { entity })
    const rows = expected(toContacts)
    expect(rows.length).toBeGreaterThan(100)
    expect(rows.some((row) => row.endsWith('Decides'))).toBe(true)
    expect(await stored(toContacts)).toEqual(rows)
    expect(counts).toMatchObject({ read: liveIds().length, inserted: rows.length, deleted: 0 })
    expect(position).toEqual({ last: liveIds().at(-1) })
    // The first call asks for 200 records, the others for a thousand.
    expect(calls).toBe(1 + Math.ceil((liveIds().length - 200) / 1_000))
  })

  it('a record with more links than an answer holds has all of them', async () => {
    await runPass(portal, passes(toEmails).all, { entity })
    const rows = expected(toEmails)
    const most = Math.max(
      ...liveIds().map((id) => portal.simulator.store.links(deals, id, emails).length),
    )
    expect(most).toBeGreaterThan(100)
    expect(await stored(toEmails)).toEqual(rows)
  })

  it('a second reading writes nothing', async () => {
    const { all } = passes(toContacts)
    await runPass(portal, all, { entity })
    const before = await portal.database.query(
      'SELECT max(_fivetran_synced) FROM hubspot.deal_contact',
    )
    const { counts } = await runPass(portal, all, { entity })
    expect(counts).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      unchanged: expected(toContacts).length,
    })
    expect(
      await portal.database.query('SELECT max(_fivetran_synced) FROM hubspot.deal_contact'),
    ).toEqual(before)
  })

  it('links come, go and change their label though no stamp moved', async () => {
    const { store } = portal.simulator
    const { all } = passes(toContacts)
    await runPass(portal, all, { entity })
    const linked = firstWith(1, toContacts)
    const [first] = store.links(deals, linked, contacts)
    const [contact] = [...store.scan(contacts, 0n, { archived: false })].filter(
      ({ id }) => id !== first?.toId,
    )
    store.unlink(deals, linked, contacts, first?.toId ?? '')
    store.link(deals, linked, contacts, contact?.id ?? '', plainType)
    store.link(deals, linked, contacts, contact?.id ?? '', decides)
    await portal.database.query(
      `UPDATE hubspot.deal_contact SET label = 'Old' WHERE deal_id <> ${linked} AND type_id = 10`,
    )
    const { counts } = await runPass(portal, all, { entity })
    expect(counts).toMatchObject({ inserted: 2 })
    expect(counts.deleted).toBeGreaterThan(0)
    expect(counts.updated).toBeGreaterThan(0)
    expect(await stored(toContacts)).toEqual(expected(toContacts))
  })

  it('rows of records that are no more, or were never here, go', async () => {
    await portal.database.query(
      `INSERT INTO hubspot.deal_contact VALUES (1, 2, 3, 'HUBSPOT_DEFINED', NULL)`,
    )
    const { counts } = await runPass(portal, passes(toContacts).all, { entity })
    expect(counts).toMatchObject({ deleted: 1 })
    expect(await stored(toContacts)).toEqual(expected(toContacts))
  })
})

describe('links of what changed', () => {
  it('are read for changed records only, and not at all before everything was read', async () => {
    const { changed } = passes(toContacts)
    expect(await runPass(portal, changed, { entity })).toMatchObject({ calls: 0 })
    const id = firstWith(1, toContacts)
    const [{ now } = { now: new Date() }] = await portal.database.query<{ now: Date }>(
      'SELECT now() AS now',
    )
    expect(await runPass(portal, changed, { entity, freshAsOf: now })).toMatchObject({ calls: 0 })
    await portal.database.query(`UPDATE hubspot.deal SET _fivetran_synced = now() WHERE id = ${id}`)
    const { calls, counts } = await runPass(portal, changed, { entity, freshAsOf: now })
    expect({ calls, read: counts.read }).toEqual({ calls: 1, read: 1 })
    expect(await stored(toContacts)).toEqual(
      expected(toContacts).filter((row) => row.startsWith(`${id} `)),
    )
  })

  it('a record that was deleted has none, and gets them again with its return', async () => {
    const { all, changed } = passes(toContacts)
    await runPass(portal, all, { entity })
    const id = firstWith(1, toContacts)
    const mark = (is: boolean) =>
      portal.database.query(`UPDATE hubspot.deal SET is_deleted = ${is}, _fivetran_deleted = ${is},
        _fivetran_synced = now() WHERE id = ${id}`)
    const since = async () => {
      const [row] = await portal.database.query<{ now: Date }>('SELECT now() AS now')
      return row?.now ?? null
    }
    const ofRecord = async () =>
      (await stored(toContacts)).filter((row) => row.startsWith(`${id} `))
    let freshAsOf = await since()
    await mark(true)
    expect(await runPass(portal, changed, { entity, freshAsOf })).toMatchObject({ calls: 0 })
    expect(await ofRecord()).toEqual([])
    freshAsOf = await since()
    await mark(false)
    await runPass(portal, changed, { entity, freshAsOf })
    expect(await stored(toContacts)).toEqual(expected(toContacts))
  })
})

describe('when HubSpot does not answer', () => {
  it('a fault that passes is not seen in the table', async () => {
    const { faults } = portal.simulator
    faults.add({ kind: 'html_502', route: 'associations', after: 1 })
    faults.add({ kind: 'truncated_json', route: 'associations', after: 2 })
    faults.add({ kind: 'rate_limited_429', route: 'associations', after: 3 })
    await runPass(portal, passes(toEmails).all, { entity })
    expect(await stored(toEmails)).toEqual(expected(toEmails))
  })

  it('an interrupted reading loses no link, and the next one resumes after it', async () => {
    const { all } = passes(toContacts)
    await runPass(portal, all, { entity })
    portal.simulator.faults.add({ kind: 'error_500', route: 'associations', after: 2, times: 50 })
    const positions: unknown[] = []
    await expect(
      runPass(portal, all, { entity, onCommit: (position) => positions.push(position) }),
    ).rejects.toMatchObject({ code: 'HUBSPOT_FAILED' })
    portal.simulator.faults.clear()
    expect(await stored(toContacts)).toEqual(expected(toContacts))
    const position = positions.findLast((each) => each !== undefined)
    expect(position).toMatchObject({ last: expect.any(String) })
    const { counts } = await runPass(portal, all, { entity, position })
    expect(counts.read).toBeLessThan(liveIds().length)
    expect(counts.read).toBeGreaterThan(0)
  })

  it('an object type that the portal does not have is a notice', async () => {
    const unknown: AssociationTable = { ...toContacts, toObjectType: '2-999' }
    await runPass(portal, passes(toContacts).all, { entity })
    const { events, calls } = await runPass(portal, passes(unknown).all, { entity })
    // The batch, and three records of it alone: it is none of them.
    expect(calls).toBe(4)
    expect(events).toMatchObject([
      { type: 'notice', message: expect.stringContaining('deal_contact') },
    ])
    expect(await stored(toContacts)).toEqual(expected(toContacts))
  })

  it('so is one that the token may not read', async () => {
    await using other = await openSyncPortal('deals', {
      scopes: ['crm.objects.deals.read', 'crm.schemas.deals.read'],
    })
    // A pair that the token may not read during exploration has no table: the scope was withdrawn later.
    await other.database.query(tableSql(toContacts))
    await other.sync()
    const { all, changed } = passes(toContacts)
    const { events, calls } = await runPass(other, all)
    expect(calls).toBe(1)
    expect(events).toMatchObject([{ type: 'notice', code: 'SCOPE_MISSING' }])
    // A daily notice is enough.
    const again = await runPass(other, changed, { freshAsOf: new Date(0) })
    expect(again.events).toEqual([])
  })

  it('a missing table is a notice that names the command', async () => {
    const missing: AssociationTable = { ...toContacts, table: 'hubspot.deal_nothing' }
    const { events, calls } = await runPass(portal, passes(missing).all, { entity })
    expect(calls).toBe(0)
    expect(events).toMatchObject([
      {
        type: 'notice',
        code: 'ASSOCIATIONS_TABLE_MISSING',
        fix: expect.stringMatching(/^run `hubgen migrate`;/),
      },
    ])
  })
})

it('a link to an id beyond bigint is left out and named once, and the record keeps its other links', async () => {
  const { all } = passes(toContacts)
  await runPass(portal, all, { entity })
  const id = firstWith(1, toContacts)
  const large = '99999999999999999999'
  await using answers = await alterAnswers(portal.simulator.url)
  answers.alter(({ path }, answer) => {
    if (!path.includes('/associations/')) return undefined
    const { results } = answer.body as { results: { from: { id: string }; to: object[] }[] }
    for (const { from, to } of results) {
      if (from.id === id) to.push({ toObjectId: large, associationTypes: [plainType] })
    }
    return answer
  })
  const { events, counts } = await runPass(
    { ...portal, simulator: { ...portal.simulator, url: answers.url } },
    all,
    { entity },
  )
  const notices = events.filter(({ type }) => type === 'notice')
  expect(notices).toMatchObject([
    { code: 'ASSOCIATION_OUT_OF_RANGE', message: expect.stringContaining(`(${id} to ${large})`) },
  ])
  expect(counts).toMatchObject({ inserted: 0, updated: 0, deleted: 0 })
  expect(counts.skipped).toBeUndefined()
  expect(await stored(toContacts)).toEqual(expected(toContacts))
  const waiting = await portal.database.query(
    'SELECT FROM hubgen.pending_read WHERE record_id = $1',
    [id],
  )
  expect(waiting).toEqual([])
})

it('records that an answer could not give are read first in the next run, whatever changed', async () => {
  await runPass(portal, passes(toContacts).all, { entity })
  const id = firstWith(1, toContacts)
  await portal.database.query(
    `WITH earlier AS (
       INSERT INTO hubgen.pending_read (entity, part, record_id, reason, run_id)
       SELECT 'deals', $2, $1::bigint, 'unread', max(id) FROM hubgen.run
     ) DELETE FROM hubspot.deal_contact WHERE deal_id = $1::bigint`,
    [id, 'associations:deal_contact'],
  )
  const { calls, position } = await runPass(portal, passes(toContacts).changed, {
    entity,
    freshAsOf: new Date(Date.now() + 60_000),
  })
  expect(calls).toBe(1)
  expect(position).toBeNull()
  expect(await stored(toContacts)).toEqual(expected(toContacts))
  expect(await portal.database.query('SELECT FROM hubgen.pending_read')).toEqual([])
})

it('the table is the one that is generated', () => {
  expect(associationNamed(portal.analysis, 'deal_contact')).toEqual(toContacts)
})

it('the plan says what the calls will be', async () => {
  const hubspot = connectHubSpot({
    baseUrl: portal.simulator.url,
    token: portal.simulator.token,
    apiVersion: '2026-09',
  })
  const context = {
    entity,
    hubspot,
    database: portal.connection,
    freshAsOf: null,
    isFirstLoad: true,
  }
  const { all, changed } = passes(toContacts)
  const endpoint = 'POST /crm/associations/2026-09/0-3/0-1/batch/read'
  expect(await all.plan({ ...context, total: 50_001 })).toEqual([
    { endpoint, calls: 51, bucket: 'general' },
  ])
  expect(await all.plan({ ...context, total: null })).toEqual([
    { endpoint, calls: 3, bucket: 'general' },
  ])
  expect(await changed.plan({ ...context, total: 50_001 })).toEqual([])
  expect(hubspot.calls).toBe(0)
})
