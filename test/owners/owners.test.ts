import { readFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { owners } from '../../runtime/sync/passes/owners.ts'
import type { Owner } from '../../simulator/store.ts'
import { alterAnswers } from '../support/hubspot/altered-answers.ts'
import { openOwnerPortal } from '../support/owner-tables.ts'
import { runPass } from '../support/run-pass.ts'
import { startTestSimulator } from '../support/simulator.ts'
import type { SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeEach(async () => {
  portal = await openOwnerPortal()
  portal.simulator.store.setPortalUsers({ users: [], roles: [], teams: [] })
})

afterEach(() => portal[Symbol.asyncDispose]())

const anna: Owner = {
  id: '5000000001',
  email: 'anna@acme.example',
  type: 'PERSON',
  firstName: 'Anna',
  lastName: "O'Brien",
  userId: 11,
  userIdIncludingInactive: 11,
  teams: [
    { id: '8840121', name: 'Vertrieb', primary: true },
    { id: '8840122', name: 'Sales "North"', primary: false },
  ],
  createdAt: '2024-02-29T08:00:00Z',
  updatedAt: '2024-03-01T08:00:00.123Z',
  archived: false,
}
const { teams: _, ...withoutTeams } = anna
const queue: Owner = {
  ...withoutTeams,
  id: '7',
  email: '',
  type: 'QUEUE',
  firstName: '',
  lastName: '',
  userId: null,
  userIdIncludingInactive: null,
}
const leaver: Owner = {
  ...withoutTeams,
  id: '8',
  firstName: '',
  lastName: '',
  userId: null,
  archived: true,
}

const run = () => runPass(portal, owners)
const read = (query: string) => portal.database.query(query)
const synced = () =>
  read('SELECT owner_id, _fivetran_synced::text FROM hubspot.owner ORDER BY owner_id')

test('tables of names have statistics as soon as they are filled', async () => {
  const counted = () =>
    read(`SELECT relname, reltuples::int AS rows FROM pg_class
      WHERE relname IN ('owner', 'team', 'owner_team', 'property', 'property_option')
        AND relnamespace = 'hubspot'::regnamespace ORDER BY relname`)
  portal.simulator.store.setOwners([anna, queue, leaver])
  await run()
  const [{ options }] = (await read(
    'SELECT count(*)::int AS options FROM hubspot.property_option',
  )) as [{ options: number }]
  const [{ properties }] = (await read(
    'SELECT count(*)::int AS properties FROM hubspot.property',
  )) as [{ properties: number }]
  expect(await counted()).toEqual([
    { relname: 'owner', rows: 3 },
    { relname: 'owner_team', rows: 2 },
    { relname: 'property', rows: properties },
    { relname: 'property_option', rows: options },
    { relname: 'team', rows: 2 },
  ])
})

test('owners, those who left included, teams and memberships are rows as HubSpot has them', async () => {
  portal.simulator.store.setOwners([anna, queue, leaver])
  const { calls } = await run()
  expect(calls).toBe(5)
  expect(
    await read(`SELECT owner_id, portal_id, type, email, first_name, last_name, active_user_id,
      user_id_including_inactive, is_active, created_at, updated_at FROM hubspot.owner ORDER BY owner_id`),
  ).toEqual([
    expect.objectContaining({ owner_id: '7', type: 'QUEUE', email: '', active_user_id: null }),
    expect.objectContaining({ owner_id: '8', is_active: false, user_id_including_inactive: '11' }),
    {
      owner_id: '5000000001',
      portal_id: String(portal.entity.portalId),
      type: 'PERSON',
      email: 'anna@acme.example',
      first_name: 'Anna',
      last_name: "O'Brien",
      active_user_id: '11',
      user_id_including_inactive: '11',
      is_active: true,
      created_at: new Date('2024-02-29T08:00:00Z'),
      updated_at: new Date('2024-03-01T08:00:00.123Z'),
    },
  ])
  expect(await read('SELECT id, name FROM hubspot.team ORDER BY id')).toEqual([
    { id: '8840121', name: 'Vertrieb' },
    { id: '8840122', name: 'Sales "North"' },
  ])
  expect(
    await read(
      'SELECT owner_id, team_id, is_team_primary FROM hubspot.owner_team ORDER BY team_id',
    ),
  ).toEqual([
    { owner_id: '5000000001', team_id: '8840121', is_team_primary: true },
    { owner_id: '5000000001', team_id: '8840122', is_team_primary: false },
  ])
})

test('what is as it was is not written again, what changed is', async () => {
  portal.simulator.store.setOwners([anna, queue, leaver])
  await run()
  const before = await synced()
  await run()
  expect(await synced()).toEqual(before)
  portal.simulator.store.setOwners([{ ...anna, lastName: 'Kranz' }, queue, leaver])
  await run()
  const after = await synced()
  expect(after.slice(0, 2)).toEqual(before.slice(0, 2))
  expect(after[2]).not.toEqual(before[2])
})

test('who leaves is kept as inactive, memberships that ended disappear, an empty team is marked', async () => {
  portal.simulator.store.setOwners([anna, queue, leaver])
  await run()
  const moved = { ...anna, teams: [{ id: '8840122', name: 'Sales "North"', primary: true }] }
  portal.simulator.store.setOwners([moved, { ...queue, archived: true }])
  await run()
  expect(await read('SELECT owner_id, is_active FROM hubspot.owner ORDER BY owner_id')).toEqual([
    { owner_id: '7', is_active: false },
    { owner_id: '8', is_active: false },
    { owner_id: '5000000001', is_active: true },
  ])
  expect(await read('SELECT team_id, is_team_primary FROM hubspot.owner_team')).toEqual([
    { team_id: '8840122', is_team_primary: true },
  ])
  expect(await read('SELECT id, _fivetran_deleted FROM hubspot.team ORDER BY id')).toEqual([
    { id: '8840121', _fivetran_deleted: true },
    { id: '8840122', _fivetran_deleted: false },
  ])
  portal.simulator.store.setOwners([anna])
  await run()
  expect(await read('SELECT id FROM hubspot.team WHERE _fivetran_deleted')).toEqual([])
})

test('of who leaves the last known name, address and user stay; someone active may lose a name', async () => {
  const bert: Owner = { ...withoutTeams, id: '9', firstName: 'Bert', email: 'bert@acme.example' }
  portal.simulator.store.setOwners([anna, bert, leaver])
  await run()
  const cleared = { firstName: '', lastName: '', email: '', userId: null }
  const left = { ...anna, ...cleared, userIdIncludingInactive: null, archived: true }
  portal.simulator.store.setOwners([left, { ...bert, firstName: '' }, leaver])
  await run()
  const names = () =>
    read(`SELECT owner_id, email, first_name, last_name, active_user_id, is_active,
      user_id_including_inactive AS user_id FROM hubspot.owner ORDER BY owner_id`)
  const afterwards = await names()
  const bertNow = {
    owner_id: '9',
    email: 'bert@acme.example',
    first_name: '',
    last_name: "O'Brien",
    active_user_id: '11',
    is_active: true,
    user_id: '11',
  }
  expect(afterwards.slice(1)).toEqual([
    bertNow,
    {
      owner_id: anna.id,
      email: 'anna@acme.example',
      first_name: 'Anna',
      last_name: "O'Brien",
      active_user_id: null,
      is_active: false,
      user_id: '11',
    },
  ])
  const before = await synced()
  await run()
  expect(await synced()).toEqual(before)
  // HubSpot removes them from both lists, one by one.
  const other: Owner = { ...withoutTeams, id: '999999999999' }
  portal.simulator.store.setOwners([other])
  await run()
  expect((await names()).slice(1, 3)).toEqual([
    { ...bertNow, is_active: false },
    ...afterwards.slice(2),
  ])
  // A name that HubSpot sends is the newer one.
  portal.simulator.store.setOwners([{ ...left, lastName: 'Kranz' }, other])
  await run()
  expect((await names())[2]).toMatchObject({ first_name: 'Anna', last_name: 'Kranz' })
})

test('the name of who left still stands in the labelled view of old records', async () => {
  portal.simulator.store.setOwners([anna])
  await run()
  await read(
    `INSERT INTO hubspot.note (id, updated_at, property_hubspot_owner_id) VALUES (1, now(), ${anna.id})`,
  )
  portal.simulator.store.setOwners([{ ...anna, firstName: '', lastName: '', archived: true }])
  await run()
  expect(
    await read('SELECT property_hubspot_owner_id AS owner FROM hubspot.note_labelled'),
  ).toEqual([{ owner: "Anna O'Brien" }])
})

test('more owners than one page holds are all read', async () => {
  const many = Array.from({ length: 1201 }, (_, at) => ({ ...queue, id: String(at + 1) }))
  portal.simulator.store.setOwners(many)
  expect((await run()).calls).toBe(7)
  expect(await read('SELECT count(*) FROM hubspot.owner')).toEqual([{ count: '1201' }])
})

test('text that Postgres cannot store and ids that are none end nothing', async () => {
  portal.simulator.store.setOwners([
    {
      ...anna,
      firstName: 'An\0na\ud800',
      createdAt: 'soon',
      teams: [{ id: 'x', name: '', primary: true }],
    },
    { ...queue, id: 'none' },
  ])
  await run()
  expect(await read('SELECT first_name, created_at FROM hubspot.owner')).toEqual([
    { first_name: 'Anna', created_at: null },
  ])
  expect(await read('SELECT * FROM hubspot.owner_team')).toEqual([])
})

test('without the scope the sync continues, rows stay, and a notice names the scope', async () => {
  portal.simulator.store.setOwners([anna])
  await run()
  await using withoutScope = await startTestSimulator({ scopes: ['crm.objects.contacts.read'] })
  const { counts, events } = await runPass({ ...portal, simulator: withoutScope }, owners)
  expect(counts.skipped).toMatch(/^SCOPE_MISSING: /)
  expect(events).toEqual([
    expect.objectContaining({
      type: 'notice',
      code: 'SCOPE_MISSING',
      fix: expect.stringContaining('crm.objects.owners.read'),
    }),
  ])
  expect(await read('SELECT owner_id FROM hubspot.owner')).toEqual([{ owner_id: anna.id }])
})

test('where nobody made the tables nothing is asked of HubSpot, and a notice says how to make them', async () => {
  await read('DROP TABLE hubspot.owner_team')
  const { calls, events } = await run()
  expect(calls).toBe(0)
  expect(events).toEqual([expect.objectContaining({ code: 'OWNERS_TABLE_MISSING' })])
})

test('two at once bring the same rows', async () => {
  portal.simulator.store.setOwners([anna, queue, leaver])
  await Promise.all([run(), run(), run()])
  expect(await read('SELECT count(*) FROM hubspot.owner')).toEqual([{ count: '3' }])
})

test('the labelled view shows names, or otherwise the address, or the id, and lists of them', async () => {
  portal.simulator.store.setOwners([anna, queue, leaver])
  await run()
  const insert = (
    id: number,
    owner: string | null,
    mentioned: string | null,
    team: string | null,
  ) =>
    read(`INSERT INTO hubspot.note (id, updated_at, property_hubspot_owner_id,
      property_hs_at_mentioned_owner_ids, property_hubspot_team_id) VALUES (${id}, now(),
      ${owner}, ${mentioned === null ? null : `'${mentioned}'`}, ${team})`)
  await insert(1, anna.id, `${anna.id};8;404`, '8840121')
  await insert(2, '8', null, '1')
  await insert(3, '7', '', null)
  await insert(4, null, null, null)
  const rows = await read(`SELECT property_hubspot_owner_id AS owner,
    property_hs_at_mentioned_owner_ids AS mentioned, property_hubspot_team_id AS team
    FROM hubspot.note_labelled ORDER BY id`)
  expect(rows).toEqual([
    {
      owner: "Anna O'Brien",
      mentioned: ["Anna O'Brien", 'anna@acme.example', '404'],
      team: 'Vertrieb',
    },
    { owner: 'anna@acme.example', mentioned: null, team: '1' },
    { owner: '7', mentioned: [], team: null },
    { owner: null, mentioned: null, team: null },
  ])
})

test('the types of the tables have the columns that the database has', async () => {
  const types = await readFile(new URL('../../runtime/owner-tables.ts', import.meta.url), 'utf8')
  for (const [name, table] of [
    ['OwnerTable', 'owner'],
    ['TeamTable', 'team'],
    ['OwnerTeamTable', 'owner_team'],
    ['PortalUserTable', 'users'],
    ['RoleTable', 'role'],
    ['TeamUserTable', 'team_user'],
  ]) {
    const body = types.split(`export interface ${name} {`)[1]?.split('\n}')[0] ?? ''
    const stated = [...body.matchAll(/^ {2}(\w+): (\w+)/gm)].map(([, column, type = '']) => ({
      column,
      nullable: ['Text', 'Bigint', 'Bool', 'Timestamptz'].includes(type),
    }))
    const found = await read(`SELECT attname AS column, NOT attnotnull AS nullable FROM pg_attribute
      WHERE attrelid = 'hubspot.${table}'::regclass AND attnum > 0 ORDER BY attnum`)
    expect(found).toEqual(stated)
  }
})

test('a list without an active owner changes no known owner, and is reported', async () => {
  portal.simulator.store.setOwners([anna, leaver])
  await run()
  const before = await read('SELECT owner_id, is_active FROM hubspot.owner ORDER BY owner_id')
  portal.simulator.store.setOwners([])
  const { counts, events } = await run()
  expect(counts.skipped).toMatch(/^OWNERS_EMPTY: /)
  expect(events).toEqual([expect.objectContaining({ type: 'notice', code: 'OWNERS_EMPTY' })])
  expect(await read('SELECT owner_id, is_active FROM hubspot.owner ORDER BY owner_id')).toEqual(
    before,
  )
})

describe('an answer about owners that is not what it should be', () => {
  type Body = { results: Record<string, unknown>[] }
  /** A run in which HubSpot sends the owners in another form. */
  async function runAltered(change: (body: Body, query: URLSearchParams) => unknown) {
    await using altered = await alterAnswers(portal.simulator.url)
    altered.alter(({ path, query }, { body }) =>
      path.includes('/owners') ? { status: 200, body: change(body as Body, query) } : undefined,
    )
    return await runPass(
      { ...portal, simulator: { ...portal.simulator, url: altered.url } },
      owners,
    )
  }
  const state = () =>
    read(`SELECT owner_id, is_active, (SELECT count(*) FROM hubspot.owner_team
        WHERE owner_team.owner_id = owner.owner_id) AS teams FROM hubspot.owner ORDER BY owner_id`)

  test('ids that are numbers are ids', async () => {
    portal.simulator.store.setOwners([anna, queue, leaver])
    await run()
    const before = await state()
    const { counts, events } = await runAltered(({ results }) => ({
      results: results.map(({ id, teams = [], ...rest }) => ({
        ...rest,
        id: Number(id),
        teams: (teams as { id: string }[]).map((team) => ({ ...team, id: Number(team.id) })),
      })),
    }))
    expect([counts, events]).toEqual([{}, []])
    expect(await state()).toEqual(before)
    expect(before).toHaveLength(3)
  })

  const withoutId: Record<string, (results: Record<string, unknown>[]) => unknown> = {
    'an owner without an id': (results) =>
      results.map(({ id, ...one }) => (id === '7' ? one : { id, ...one })),
    'an owner whose id is no number': (results) =>
      results.map((one) => (one['id'] === '7' ? { ...one, id: 'seven' } : one)),
    'nothing in place of an owner': (results) =>
      results.map((one) => (one['id'] === '7' ? null : one)),
    'a team without an id': (results) =>
      results.flatMap((one) =>
        one['id'] === '7' ? [] : { ...one, teams: [{ name: 'Vertrieb' }] },
      ),
    'teams that are no list': (results) =>
      results.flatMap((one) => (one['id'] === '7' ? [] : { ...one, teams: 'Vertrieb' })),
  }
  test.each(Object.entries(withoutId))(
    '%s: known owners stay, and it is reported',
    async (_, alter) => {
      portal.simulator.store.setOwners([anna, queue, leaver])
      await run()
      const before = await state()
      portal.simulator.store.setOwners([{ ...anna, lastName: 'Kranz' }, queue, leaver])
      const { counts, events } = await runAltered(({ results }) => ({ results: alter(results) }))
      expect(await state()).toEqual(before)
      expect(await read(`SELECT last_name FROM hubspot.owner WHERE owner_id = ${anna.id}`)).toEqual(
        [{ last_name: 'Kranz' }],
      )
      expect(counts.skipped).toMatch(
        /^OWNERS_INCOMPLETE: HubSpot's answer lacks [12] ids? of owners/,
      )
      expect(events).toEqual([expect.objectContaining({ code: 'OWNERS_INCOMPLETE' })])
      portal.simulator.store.setOwners([anna])
      await run()
      expect((await state()).map(({ is_active }) => is_active)).toEqual([false, false, true])
    },
  )

  test('cursors that come round again end it, and nothing counts as gone', async () => {
    portal.simulator.store.setOwners([anna, queue, leaver])
    await run()
    const before = await state()
    const reading = runAltered((_, query) => ({
      results: [],
      paging: { next: { after: query.get('after') === 'a' ? 'b' : 'a' } },
    }))
    await expect(reading).rejects.toMatchObject({ code: 'CURSOR_STUCK' })
    expect(await state()).toEqual(before)
  })
})
