import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { owners } from '../../runtime/sync/passes/owners.ts'
import type { Owner, PortalUsers } from '../../simulator/store.ts'
import { alterAnswers } from '../support/hubspot/altered-answers.ts'
import { openOwnerPortal } from '../support/owner-tables.ts'
import { runPass } from '../support/run-pass.ts'
import { startTestSimulator } from '../support/simulator.ts'
import type { SyncPortal } from '../support/sync-portal.ts'

let portal: SyncPortal

beforeEach(async () => {
  portal = await openOwnerPortal()
  portal.simulator.store.setOwners([anna])
  portal.simulator.store.setPortalUsers(settings)
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
    { id: '8840121', name: 'Sales', primary: true },
    { id: '8840122', name: 'North', primary: false },
  ],
  createdAt: '2024-02-29T08:00:00Z',
  updatedAt: '2024-03-01T08:00:00.123Z',
  archived: false,
}

const settings: PortalUsers = {
  users: [
    {
      id: '11',
      email: 'anna@acme.example',
      firstName: 'Anna',
      lastName: "O'Brien",
      primaryTeamId: '8840121',
      secondaryTeamIds: ['8840122'],
      roleId: '5',
      roleIds: ['5', '6'],
      superAdmin: false,
    },
    { id: '2147483999', email: 'it@acme.example', roleIds: [], superAdmin: true },
  ],
  roles: [
    { id: '5', name: 'Sales', requiresBillingWrite: false },
    { id: '6', name: 'Billing', requiresBillingWrite: true },
  ],
  teams: [
    { id: '8840121', name: 'Sales', userIds: ['11'], secondaryUserIds: [] },
    { id: '8840122', name: 'North', userIds: [], secondaryUserIds: ['11'] },
    { id: '9', name: 'Accounting', userIds: ['2147483999'], secondaryUserIds: [] },
  ],
}

const run = () => runPass(portal, owners)
const read = (query: string) => portal.database.query(query)
const users = () =>
  read(`SELECT id, email, first_name, last_name, primary_team_id, role_id, super_admin,
    _fivetran_deleted AS gone FROM hubspot.users ORDER BY id`)
const gone = async () => ({
  users: await read('SELECT id FROM hubspot.users WHERE _fivetran_deleted ORDER BY id'),
  roles: await read('SELECT id FROM hubspot.role WHERE _fivetran_deleted ORDER BY id'),
  teams: await read('SELECT id FROM hubspot.team WHERE _fivetran_deleted ORDER BY id'),
  memberships: await read(
    'SELECT team_id, user_id FROM hubspot.team_user WHERE _fivetran_deleted ORDER BY team_id',
  ),
})
const nothingGone = { users: [], roles: [], teams: [], memberships: [] }

test('users, roles, teams and memberships of the settings are rows', async () => {
  const { events, calls } = await run()
  expect(events).toEqual([])
  expect(calls).toBe(5)
  expect(await users()).toEqual([
    {
      id: '11',
      email: 'anna@acme.example',
      first_name: 'Anna',
      last_name: "O'Brien",
      primary_team_id: '8840121',
      role_id: '5',
      super_admin: false,
      gone: false,
    },
    {
      id: '2147483999',
      email: 'it@acme.example',
      first_name: '',
      last_name: '',
      primary_team_id: null,
      role_id: null,
      super_admin: true,
      gone: false,
    },
  ])
  expect(await read('SELECT id, name, requires_billing_write FROM hubspot.role')).toEqual([
    { id: '5', name: 'Sales', requires_billing_write: false },
    { id: '6', name: 'Billing', requires_billing_write: true },
  ])
  expect(
    await read(
      'SELECT team_id, user_id, is_secondary_user FROM hubspot.team_user ORDER BY team_id',
    ),
  ).toEqual([
    { team_id: '9', user_id: '2147483999', is_secondary_user: false },
    { team_id: '8840121', user_id: '11', is_secondary_user: false },
    { team_id: '8840122', user_id: '11', is_secondary_user: true },
  ])
  expect(await read('SELECT name FROM hubspot.team ORDER BY id')).toEqual([
    { name: 'Accounting' },
    { name: 'Sales' },
    { name: 'North' },
  ])
})

test('rows that are gone in HubSpot are marked; those that are as before are not written again', async () => {
  await run()
  const stamps = () => read('SELECT id, _fivetran_synced::text FROM hubspot.users ORDER BY id')
  const before = await stamps()
  await run()
  expect(await stamps()).toEqual(before)
  const [first] = settings.users
  portal.simulator.store.setPortalUsers({
    users: first === undefined ? [] : [first],
    roles: settings.roles.slice(0, 1),
    teams: settings.teams.slice(0, 2).map((team) => ({ ...team, secondaryUserIds: [] })),
  })
  await run()
  expect(await gone()).toEqual({
    users: [{ id: '2147483999' }],
    roles: [{ id: '6' }],
    teams: [{ id: '9' }],
    memberships: [
      { team_id: '9', user_id: '2147483999' },
      { team_id: '8840122', user_id: '11' },
    ],
  })
  portal.simulator.store.setPortalUsers(settings)
  await run()
  expect(await gone()).toEqual(nothingGone)
})

test('all pages of users are read', async () => {
  const many = Array.from({ length: 201 }, (_, at) => ({
    id: String(at + 1),
    email: `${at}@acme.example`,
    roleIds: [],
    superAdmin: false,
  }))
  portal.simulator.store.setPortalUsers({ ...settings, users: many })
  expect((await run()).calls).toBe(7)
  expect(await read('SELECT count(*) FROM hubspot.users')).toEqual([{ count: '201' }])
})

describe('a key without the scope', () => {
  const ownersOnly = ['crm.objects.contacts.read', 'crm.objects.owners.read']

  async function runWith(scopes: readonly string[], setOwners: readonly Owner[] = [anna]) {
    await using limited = await startTestSimulator({ scopes })
    limited.store.setOwners(setOwners)
    limited.store.setPortalUsers(settings)
    return await runPass({ ...portal, simulator: limited }, owners)
  }

  test('users come from owners, and one notice names the scopes', async () => {
    const leaver = { ...anna, id: '8', userId: null, archived: true }
    const { events, counts } = await runWith(ownersOnly, [anna, leaver])
    expect(counts.skipped).toBeUndefined()
    expect(events).toEqual([
      expect.objectContaining({
        type: 'notice',
        code: 'SCOPE_MISSING',
        message: expect.stringMatching(/^`users`, `roles`, `teams` not read: .*the list of owners/),
        fix: expect.stringMatching(/settings\.users\.read.*settings\.users\.teams\.read/),
      }),
    ])
    expect(await users()).toEqual([
      {
        id: '11',
        email: 'anna@acme.example',
        first_name: 'Anna',
        last_name: "O'Brien",
        primary_team_id: '8840121',
        role_id: null,
        super_admin: null,
        gone: false,
      },
    ])
    expect(
      await read('SELECT team_id, is_secondary_user FROM hubspot.team_user ORDER BY team_id'),
    ).toEqual([
      { team_id: '8840121', is_secondary_user: false },
      { team_id: '8840122', is_secondary_user: true },
    ])
    // An owner who left is gone here, too.
    await runWith(ownersOnly, [
      { ...anna, id: '7', userId: 12 },
      { ...anna, userId: null, archived: true },
    ])
    expect(await read('SELECT id FROM hubspot.users WHERE _fivetran_deleted')).toEqual([
      { id: '11' },
    ])
  })

  test('a scope that is lost takes nothing from rows that HubSpot answered before', async () => {
    await run()
    const before = await users()
    await runWith(ownersOnly)
    expect(await users()).toEqual(before)
    expect(await gone()).toEqual(nothingGone)
  })

  test('without the list of teams memberships come from users', async () => {
    const { events } = await runWith([...ownersOnly, 'settings.users.read'])
    expect(events).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^`teams` not read: .*list of users/),
      }),
    ])
    expect(await read('SELECT team_id, user_id FROM hubspot.team_user ORDER BY team_id')).toEqual([
      { team_id: '8840121', user_id: '11' },
      { team_id: '8840122', user_id: '11' },
    ])
    expect((await read('SELECT id FROM hubspot.role')).length).toBe(2)
  })
})

describe('an answer that is not whole marks nothing as gone', () => {
  async function runAltered(list: 'users' | 'roles' | 'teams', body: unknown, status = 200) {
    await using altered = await alterAnswers(portal.simulator.url)
    altered.alter(({ path }) => (path.endsWith(lists[list]) ? { status, body } : undefined))
    return await runPass(
      { ...portal, simulator: { ...portal.simulator, url: altered.url } },
      owners,
    )
  }
  const withMembers = (userIds: unknown) => settings.teams.map((team) => ({ ...team, userIds }))
  const lists = { users: '/users/2026-03', roles: '/roles', teams: '/teams' }

  const cases = {
    'no users': ['users', { results: [] }],
    'a user without an id': ['users', { results: [{ email: 'x@acme.example' }] }],
    'a user whose id is no number': ['users', { results: [{ id: 'x' }] }],
    'no roles, which users have': ['roles', { results: [] }],
    'nothing in place of a role': ['roles', { results: [null] }],
    'no teams, which users have': ['teams', { results: [] }],
    'a team without an id': ['teams', { results: [{ name: 'Sales', userIds: ['11'] }] }],
    'members that are no list': ['teams', { results: withMembers('x') }],
    'a member that is no number': ['teams', { results: withMembers(['x']) }],
  } as const
  test.each(Object.entries(cases))('%s', async (_, [list, body]) => {
    await run()
    const before = await users()
    await runAltered(list, body)
    expect(await gone()).toEqual(nothingGone)
    expect(await users()).toEqual(before)
  })

  test('ids may be numbers', async () => {
    const { events } = await runAltered('users', {
      results: [{ id: 11, email: 'anna@acme.example', primaryTeamId: 8840121, roleId: 5 }],
    })
    expect(events).toEqual([])
    expect(await read('SELECT id, primary_team_id, role_id FROM hubspot.users')).toEqual([
      { id: '11', primary_team_id: '8840121', role_id: '5' },
    ])
  })

  test('a failing list does not keep owners from being written, and the pass is repeated', async () => {
    await expect(runAltered('users', { results: 'x' })).rejects.toMatchObject({
      code: 'HUBSPOT_FAILED',
    })
    expect(await read('SELECT owner_id FROM hubspot.owner')).toEqual([{ owner_id: anna.id }])
    expect(await users()).toEqual([])
  })
})

test('a database of an earlier hubgen gets owners, and a notice names the tables that it lacks', async () => {
  await read('DROP TABLE hubspot.users')
  const { calls, events } = await run()
  expect(calls).toBe(2)
  expect(events).toEqual([
    expect.objectContaining({
      code: 'OWNERS_TABLE_MISSING',
      fix: expect.stringContaining('hubgen generate --all'),
    }),
  ])
  expect(await read('SELECT owner_id FROM hubspot.owner')).toEqual([{ owner_id: anna.id }])
})

test('the plan counts the lists, and a run within the hour asks for none', async () => {
  await portal.sync()
  const asked = () =>
    portal.events.filter((event) => event.type === 'pass_started' && event.pass === 'owners').length
  expect(asked()).toBe(1)
  await portal.sync()
  expect(asked()).toBe(0)
})
