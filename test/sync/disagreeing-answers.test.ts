import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { associationNamed } from '../support/companion-facts.ts'
import { liveInHubSpot, liveInTable } from '../support/copy-state.ts'
import {
  type Alter,
  type AlteredAnswers,
  alterAnswers,
} from '../support/hubspot/altered-answers.ts'
import { fewColumns, openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

const DEALS = '0-3'
let portal: SyncPortal
let answers: AlteredAnswers

beforeAll(async () => {
  portal = await openSyncPortal(
    'deals',
    { records: { deals: 250, contacts: 60, companies: 40 } },
    fewColumns,
  )
  answers = await alterAnswers(portal.simulator.url)
  await sync()
})

afterEach(() => answers.alter(undefined))

afterAll(async () => {
  await answers[Symbol.asyncDispose]()
  await portal[Symbol.asyncDispose]()
})

function sync(options: SyncOptions = {}) {
  const { simulator, entity, analysis, directory, connection, connect } = portal
  const associations = [associationNamed(analysis, 'deal_contact')]
  return syncEntity(
    { ...entity, associations },
    {
      directory,
      hubspot: { baseUrl: answers.url, token: simulator.token, apiVersion: '2026-09' },
      database: connection,
      connect,
      ...options,
    },
  )
}

function someIds(from: number, count: number): readonly string[] {
  const ids = liveInHubSpot(portal).map((line) => line.split(' ')[0] ?? '')
  return ids.slice(from, from + count)
}

function rename(ids: readonly string[], dealname: string): void {
  for (const id of ids) portal.simulator.store.update(DEALS, id, { dealname })
}

async function namesOf(ids: readonly string[]): Promise<readonly unknown[]> {
  const rows = await portal.database.query<{ dealname: string }>(
    'SELECT property_dealname AS dealname FROM hubspot.deal WHERE id = ANY($1) ORDER BY id',
    [ids],
  )
  return rows.map(({ dealname }) => dealname)
}

const pending = () => portal.database.query('SELECT record_id FROM hubgen.pending_read')

interface BatchBody {
  readonly results: readonly {
    readonly id: string
    readonly archived: boolean
    readonly properties: Record<string, string | null>
  }[]
  readonly errors?: readonly unknown[]
}

function alterBatches(bin: 'bin' | 'live', change: (body: BatchBody) => object): Alter {
  return ({ kind, query }, { status, body }) => {
    if (kind !== 'batch' || (query.get('archived') === 'true') !== (bin === 'bin')) return undefined
    return { status, body: { ...(body as object), ...change(body as BatchBody) } }
  }
}

function notFound(ids: readonly string[]): Alter {
  return alterBatches('live', ({ results, errors = [] }) => {
    const lost = results.filter(({ id }) => ids.includes(id)).map(({ id }) => id)
    const error = {
      status: 'error',
      category: 'OBJECT_NOT_FOUND',
      message: 'x',
      context: { ids: lost },
    }
    return {
      results: results.filter(({ id }) => !ids.includes(id)),
      errors: lost.length === 0 ? errors : [...errors, error],
    }
  })
}

describe('a changed record that the search has and the read by id says does not exist', () => {
  it('is asked for until both agree', async () => {
    const ids = someIds(10, 3)
    rename(ids, 'found by the search')
    answers.alter(notFound(ids))
    expect(await sync()).toMatchObject({ outcome: 'succeeded', deleted: 0, unread: 3 })
    answers.alter(undefined)
    // The next run does not search that far back.
    await portal.database.query(
      `UPDATE hubgen.pass SET begun_at = now() + interval '1 hour', fresh_as_of = now() + interval '1 hour'
       WHERE pass = 'changes'`,
    )
    expect(await sync()).toMatchObject({ outcome: 'succeeded', unread: 0 })
    expect(await namesOf(ids)).toEqual(ids.map(() => 'found by the search'))
    expect(await pending()).toEqual([])
  })
})

describe('a record that lacks a property which others of the same answer have', () => {
  it('keeps its value, is reported, and is read again by the next run', async () => {
    const ids = someIds(30, 8)
    const before = await namesOf(ids.slice(0, 4))
    rename(ids, 'changed')
    answers.alter(
      alterBatches('live', ({ results }) => ({
        results: results.map((record) => {
          if (!ids.slice(0, 4).includes(record.id)) return record
          const { dealname: _, ...properties } = record.properties
          return { ...record, properties }
        }),
      })),
    )
    expect(await sync()).toMatchObject({ outcome: 'succeeded', unread: 4, unanswered: [] })
    expect(await namesOf(ids.slice(0, 4))).toEqual(before)
    expect(await sync()).toMatchObject({ mode: 'incremental', unread: 4, unanswered: [] })
    answers.alter(undefined)
    expect(await sync()).toMatchObject({ outcome: 'succeeded', mode: 'incremental', unread: 0 })
    expect(await namesOf(ids)).toEqual(ids.map(() => 'changed'))
    expect(await pending()).toEqual([])
  })
})

describe('a recycle bin whose records do not call themselves archived', () => {
  it('is still a recycle bin', async () => {
    for (const id of someIds(50, 3)) portal.simulator.store.archive(DEALS, id)
    answers.alter(
      alterBatches('bin', ({ results }) => ({
        results: results.map((record) => ({ ...record, archived: false })),
      })),
    )
    expect(await sync()).toMatchObject({ outcome: 'succeeded', deleted: 3 })
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
    expect(await sync()).toMatchObject({ outcome: 'succeeded', deleted: 0 })
  })
})

describe("HubSpot's number of records", () => {
  it.each<[what: string, total: (total: number) => unknown, marked: number, skipped: boolean]>([
    ['as text', String, 1, false],
    ['that is missing', () => undefined, 0, true],
    ['below zero', () => -1, 0, true],
  ])('%s', async (_, total, deleted, isSkipped) => {
    const [id = ''] = someIds(80, 1)
    portal.simulator.store.archive(DEALS, id)
    answers.alter(({ kind }, { status, body }) =>
      kind === 'search'
        ? { status, body: { ...(body as object), total: total((body as { total: number }).total) } }
        : undefined,
    )
    const report = await sync()
    const outcome = isSkipped ? 'skipped' : 'completed'
    expect(report.passes.find(({ pass }) => pass === 'deletes')).toMatchObject({ outcome })
    expect(report.deleted).toBe(deleted)
    expect(await refused()).toHaveLength(isSkipped ? 1 : 0)
    answers.alter(undefined)
    await sync()
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
    expect(await refused()).toEqual([])
  })
})

function refused() {
  return portal.database.query(
    "SELECT FROM hubgen.pass WHERE pass = 'deletes' AND refusal LIKE 'DELETES_NOT_COUNTED: %'",
  )
}

describe('a live record that the associations do not know', () => {
  it('keeps its links, and is asked about again', async () => {
    const links = () =>
      portal.database.query(
        'SELECT deal_id, contact_id, type_id FROM hubspot.deal_contact ORDER BY 1, 2, 3',
      )
    const [before, ids] = [await links(), someIds(100, 4)]
    rename(ids, 'unknown to the associations')
    answers.alter(({ path }, { status, body }) => {
      if (!path.includes('/associations/') || !path.endsWith('/batch/read')) return undefined
      const { results, errors = [] } = body as LinksBody
      const said = ids.map((id) => ({
        category: 'OBJECT_NOT_FOUND',
        message: 'x',
        context: { fromObjectId: [id] },
      }))
      const known = results.filter(({ from }) => !ids.includes(from.id))
      const others = errors.filter(({ context }) => !ids.includes(context?.fromObjectId[0] ?? ''))
      return { status, body: { ...(body as object), results: known, errors: [...others, ...said] } }
    })
    await sync()
    expect(await links()).toEqual(before)
    expect(await pending()).toHaveLength(4)
    portal.simulator.store.archive(DEALS, ids[0] ?? '')
    await sync()
    expect(await pending()).toHaveLength(3)
    answers.alter(undefined)
    await sync()
    expect(await pending()).toEqual([])
  })
})

interface LinksBody {
  readonly results: readonly { readonly from: { readonly id: string } }[]
  readonly errors?: readonly { readonly context?: { readonly fromObjectId: readonly string[] } }[]
}

describe('a key that no longer sees most records', () => {
  it('takes no links from those that the brake spares', async () => {
    const links = () =>
      portal.database.query(
        'SELECT deal_id, contact_id, type_id FROM hubspot.deal_contact ORDER BY 1, 2, 3',
      )
    const before = await links()
    expect(before.length).toBeGreaterThan(20)
    const unseen = new Set(someIds(0, 200))
    answers.alter(blindTo(unseen))
    await portal.database.query(`UPDATE hubgen.pass SET begun_at = begun_at - interval '2 days'`)
    const report = await sync()
    expect(report).toMatchObject({ outcome: 'partial', error: { code: 'DELETES_BRAKED' } })
    expect(await links()).toEqual(before)
    answers.alter(undefined)
    expect(await sync()).toMatchObject({ outcome: 'succeeded' })
    expect(await links()).toEqual(before)
  })
})

/** Every answer is as if these records did not exist. */
function blindTo(unseen: ReadonlySet<string>): Alter {
  return ({ kind, path, ids, query }, { status, body }) => {
    if (kind === 'get' && ids.some((id) => unseen.has(id))) {
      const message = 'Object not found'
      return { status: 404, body: { status: 'error', category: 'OBJECT_NOT_FOUND', message } }
    }
    if (query.get('archived') === 'true' || typeof body !== 'object' || body === null) {
      return undefined
    }
    const {
      results,
      total,
      errors = [],
    } = body as {
      results?: { id?: string; from?: { id: string } }[]
      total?: number
      errors?: object[]
    }
    if (results === undefined) return undefined
    const isLinks = path.includes('/associations/') && path.endsWith('/batch/read')
    const idOf = (one: { id?: string; from?: { id: string } }) => one.from?.id ?? one.id ?? ''
    const lost = results.map(idOf).filter((id) => unseen.has(id))
    const none = 'crm.associations.NO_ASSOCIATIONS_FOUND'
    const said = isLinks
      ? lost.map((id) => ({
          category: 'OBJECT_NOT_FOUND',
          subCategory: none,
          context: { fromObjectId: [id] },
        }))
      : [{ category: 'OBJECT_NOT_FOUND', context: { ids: lost } }]
    return {
      status,
      body: {
        ...body,
        results: results.filter((one) => !unseen.has(idOf(one))),
        ...(total !== undefined && { total: Math.max(0, total - unseen.size) }),
        ...(lost.length > 0 && (isLinks || kind === 'batch') && { errors: [...errors, ...said] }),
      },
    }
  }
}
