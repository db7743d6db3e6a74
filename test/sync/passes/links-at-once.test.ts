import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { renderFiles } from '../../../generator/render/render.ts'
import type { Entity } from '../../../runtime/entity.ts'
import { syncEntity } from '../../../runtime/sync/sync-entity.ts'
import { associationNamed } from '../../support/companion-facts.ts'
import { type HeldAnswers, holdAnswers } from '../../support/hubspot/held-answers.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../../support/sync-portal.ts'

const dealType = '0-3'
const contactType = '0-1'
const records = { deals: 60, contacts: 80 }
const contactsOfDeals = /associations\/.*\/(0-3|deals)\/(0-1|contacts)\/batch\/read/
const dealsOfContacts = /associations\/.*\/(0-1|contacts)\/(0-3|deals)\/batch\/read/

let portal: SyncPortal
let answers: HeldAnswers
let deals: Entity
let contacts: Entity
let contactsSchema: string

beforeAll(async () => {
  await using others = await openSyncPortal('contacts', { records }, fewColumns)
  contacts = others.entity
  contactsSchema = renderFiles([others.analysis]).get('contacts/schema.sql') ?? ''
})

/** Deals fill a table of their contacts, and runs of contacts repair it. */
beforeEach(async () => {
  portal = await openSyncPortal('deals', { records }, fewColumns, syncBoth)
  answers = await holdAnswers(portal.simulator.url)
  deals = dealsOf(portal)
  expect(await stored()).toEqual(expected())
})

afterEach(async () => {
  await answers[Symbol.asyncDispose]()
  await portal[Symbol.asyncDispose]()
})

function dealsOf({ entity, analysis }: SyncPortal): Entity {
  return { ...entity, associations: [associationNamed(analysis, 'deal_contact')] }
}

async function syncBoth(opened: SyncPortal): Promise<void> {
  await opened.database.query(contactsSchema)
  for (const entity of [contacts, dealsOf(opened), contacts]) {
    await sync(entity, opened, opened.simulator.url)
  }
}

async function sync(entity: Entity, from = portal, baseUrl = answers.url): Promise<void> {
  const { simulator, directory, connection, connect } = from
  const { outcome, error } = await syncEntity(entity, {
    directory,
    hubspot: { baseUrl, token: simulator.token, apiVersion: '2026-09' },
    database: connection,
    connect,
  })
  expect([outcome, error]).toEqual(['succeeded', null])
}

/** Only the daily pass of links: the daily comparison would repair its errors. */
async function syncAllLinks(): Promise<void> {
  await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '1 day'
    WHERE pass = 'associations:deal_contact'`)
  await sync(deals)
}

function liveIds(typeId: string): string[] {
  return [...portal.simulator.store.scan(typeId, 0n, { archived: false })].map(({ id }) => id)
}

function expected(): string[] {
  const { store } = portal.simulator
  return liveIds(dealType)
    .flatMap((id) =>
      store
        .links(dealType, id, contactType)
        .flatMap(({ toId, types }) => types.map(({ typeId }) => [id, toId, typeId].join(' '))),
    )
    .sort()
}

async function stored(): Promise<string[]> {
  const rows = await portal.database.query<Record<string, unknown>>(
    'SELECT deal_id AS f, contact_id AS t, type_id FROM hubspot.deal_contact',
  )
  return rows.map(({ f, t, type_id }) => [f, t, type_id].join(' ')).sort()
}

interface Pair {
  readonly deal: string
  readonly contact: string
}

function linkedPair(): Pair {
  const { store } = portal.simulator
  for (const deal of liveIds(dealType)) {
    const [link] = store.links(dealType, deal, contactType)
    if (link !== undefined) return { deal, contact: link.toId }
  }
  throw new Error('no deal has a contact')
}

function unlink({ deal, contact }: Pair): void {
  const { store } = portal.simulator
  store.unlink(dealType, deal, contactType, contact)
  store.update(contactType, contact, { lastname: `without ${deal}` })
}

function link({ deal, contact }: Pair): void {
  const { store } = portal.simulator
  store.link(dealType, deal, contactType, contact, { category: 'HUBSPOT_DEFINED', typeId: 3 })
  store.update(contactType, contact, { lastname: `with ${deal}` })
}

const claims = () =>
  portal.database.query("SELECT FROM hubgen.pending_read WHERE reason = 'claimed'")

describe('an answer that is older than what the run of the other end wrote', () => {
  it.each<[name: string, change: (pair: Pair) => void]>([
    ['a contact was unlinked', unlink],
    [
      'a contact was archived',
      ({ contact }) => portal.simulator.store.archive(contactType, contact),
    ],
    ['a contact was purged', ({ contact }) => portal.simulator.store.purge(contactType, contact)],
    [
      'a contact was linked',
      ({ deal, contact }) => {
        const other = liveIds(dealType).find(
          (id) =>
            !portal.simulator.store
              .links(dealType, id, contactType)
              .some(({ toId }) => toId === contact),
        )
        link({ deal: other ?? deal, contact })
      },
    ],
    [
      'a contact swallowed another',
      ({ contact }) => {
        const other = liveIds(contactType).find((id) => id !== contact) ?? ''
        portal.simulator.store.merge(contactType, other, contact)
      },
    ],
  ])('is not written: %s', async (_, change) => {
    const held = answers.holdNext(contactsOfDeals)
    const run = syncAllLinks()
    await held.answered
    change(linkedPair())
    await sync(contacts)
    expect(await stored()).toEqual(expected())
    held.release()
    await run
    expect(await stored()).toEqual(expected())
    await sync(deals)
    expect(await claims()).toEqual([])
  })

  it('is not written by the run that repairs the table', async () => {
    const pair = linkedPair()
    unlink(pair)
    const held = answers.holdNext(contactsOfDeals)
    const run = sync(contacts)
    await held.answered
    link(pair)
    await syncAllLinks()
    expect(await stored()).toEqual(expected())
    held.release()
    await run
    expect(await stored()).toEqual(expected())
  })

  it('is not written where the link changes between the answers of both runs', async () => {
    const pair = linkedPair()
    unlink(pair)
    const old = answers.holdNext(contactsOfDeals)
    const filling = syncAllLinks()
    await old.answered
    const newer = answers.holdNext(contactsOfDeals)
    link(pair)
    const mending = sync(contacts)
    // Equal pairs need no second answer; then the run is over without one.
    await Promise.race([newer.answered, mending])
    old.release()
    newer.release()
    await Promise.all([filling, mending])
    expect(await stored()).toEqual(expected())
  })
})

it('what the run of the other end had claimed when it died is read by the next run', async () => {
  const pair = linkedPair()
  unlink(pair)
  const held = answers.holdNext(contactsOfDeals)
  const controller = new AbortController()
  const { simulator, directory, connection, connect } = portal
  const dying = syncEntity(contacts, {
    directory,
    hubspot: { baseUrl: answers.url, token: simulator.token, apiVersion: '2026-09' },
    database: connection,
    connect,
    signal: controller.signal,
  })
  await held.answered
  expect(await claims()).toHaveLength(1)
  controller.abort()
  held.release()
  await dying
  await sync(deals)
  expect(await stored()).toEqual(expected())
  expect(await claims()).toEqual([])
})

it('runs of both ends at once wait for each other where they write', async () => {
  const held = answers.holdNext(dealsOfContacts)
  unlink(linkedPair())
  const mending = sync(contacts)
  await held.answered
  const filling = syncAllLinks()
  held.release()
  await Promise.all([mending, filling])
  expect(await stored()).toEqual(expected())
})
