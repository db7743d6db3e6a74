import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
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
  portal = await openSyncPortal('deals', { records: { deals: 250 } }, fewColumns)
  answers = await alterAnswers(portal.simulator.url)
  await sync()
})

afterEach(() => answers.alter(undefined))

afterAll(async () => {
  await answers[Symbol.asyncDispose]()
  await portal[Symbol.asyncDispose]()
})

function sync(options: SyncOptions = {}) {
  const { token } = portal.simulator
  return portal.sync({
    hubspot: { baseUrl: answers.url, token, apiVersion: '2026-09' },
    ...options,
  })
}

function anId(place: number): string {
  return liveInHubSpot(portal)[place]?.split(' ')[0] ?? ''
}

interface RawRecord {
  id: string
  updatedAt?: string
  properties: Record<string, string | null>
}

/** The records of an answer, to be changed in place. */
function recordsIn(body: unknown): RawRecord[] {
  return (body as { results?: RawRecord[] } | undefined)?.results ?? []
}

/** Answers in part: these ids are left out, with an error that is not "not found". */
function leaveOut(...ids: readonly string[]): Alter {
  return ({ kind, ids: asked }, { status, body }) => {
    if (kind !== 'batch' || !asked.some((id) => ids.includes(id))) return undefined
    const results = recordsIn(body).filter(({ id }) => !ids.includes(id))
    const context = { ids: asked.filter((id) => ids.includes(id)) }
    const errors = [{ status: 'error', category: 'INTERNAL_ERROR', message: 'retry', context }]
    return status === 200 || status === 207
      ? { status: 207, body: { status: 'COMPLETE', results, numErrors: 1, errors } }
      : undefined
  }
}

const pending = () =>
  portal.database.query<{ id: string; reason: string }>(
    'SELECT record_id AS id, reason FROM hubgen.pending_read ORDER BY record_id',
  )
const quarantined = () =>
  portal.database.query<{ id: string; reason: string }>(
    'SELECT record_id AS id, reason FROM hubgen.quarantine WHERE property IS NULL ORDER BY record_id',
  )

async function expectEqual(): Promise<void> {
  expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
  expect(await pending()).toEqual([])
  expect(await quarantined()).toEqual([])
}

describe('records that answers leave out', () => {
  it('are remembered while the cursor moves on, said, and read by id in the next run', async () => {
    const changed = anId(3)
    portal.simulator.store.update(DEALS, changed, { dealname: 'left out at first' })
    const { id: created } = portal.simulator.store.create(DEALS, { dealname: 'new' })
    answers.alter(leaveOut(changed, created))
    const report = await sync()
    expect(report).toMatchObject({ outcome: 'succeeded', unread: 2, deleted: 0 })
    expect(portal.events).toContainEqual(
      expect.objectContaining({
        code: 'RECORDS_UNREAD',
        message: expect.stringContaining(created),
        fix: expect.stringContaining('hubgen sync deals'),
      }),
    )
    expect((await pending()).map(({ id, reason }) => `${id} ${reason}`).sort()).toEqual(
      [`${changed} unread`, `${created} unread`].sort(),
    )
    // The one without a row counts as a record that is there.
    expect(await quarantined()).toEqual([{ id: created, reason: 'unreadable' }])
    expect(await sync()).toMatchObject({ outcome: 'succeeded', unread: 2 })
    // Only the stored list knows of them: the search would have to go further back.
    await portal.database.query(
      `UPDATE hubgen.pass SET begun_at = now() + interval '1 day', fresh_as_of = now() + interval '1 day'`,
    )
    answers.alter(undefined)
    expect(await sync()).toMatchObject({ outcome: 'succeeded', unread: 0 })
    await expectEqual()
  })

  it('are not deleted, though a list, the counts and the recycle bin lack them too', async () => {
    const lost = anId(5)
    const partly = leaveOut(lost)
    answers.alter((call, answer) => {
      if (call.kind === 'list') {
        const results = recordsIn(answer.body).filter(({ id }) => id !== lost)
        return { ...answer, body: { ...(answer.body as object), results } }
      }
      return partly(call, answer)
    })
    expect(await sync({ full: true })).toMatchObject({
      outcome: 'succeeded',
      deleted: 0,
      unread: 1,
    })
    expect(await portal.row(lost)).toMatchObject({ is_deleted: false })
  })

  it('are settled by a repair as well', async () => {
    const changed = anId(7)
    portal.simulator.store.update(DEALS, changed, { dealname: 'for the repair' })
    answers.alter(leaveOut(changed))
    await sync()
    answers.alter(undefined)
    await sync({ repair: [{ from: 0n, until: 1n }] })
    expect(await portal.row(changed)).toMatchObject({ property_dealname: 'for the repair' })
    await expectEqual()
  })
})

describe('records in a shape that cannot be a row', () => {
  it('without a time of change: the others arrive, and so does it once it has one', async () => {
    const odd = anId(9)
    answers.alter(({ kind }, answer) => {
      if (kind === '') return undefined
      for (const record of recordsIn(answer.body)) {
        if (record.id !== odd) continue
        delete record.updatedAt
        delete record.properties['hs_lastmodifieddate']
      }
      return answer
    })
    await portal.database.query(`DELETE FROM ${portal.entity.table} WHERE id = $1`, [odd])
    const report = await sync({ full: true })
    expect(report).toMatchObject({ outcome: 'succeeded', unread: 1, deleted: 0 })
    expect(await quarantined()).toEqual([{ id: odd, reason: 'no_time' }])
    answers.alter(undefined)
    await sync()
    await expectEqual()
  })

  it('with an id that Postgres cannot hold: it is in the quarantine, and nothing else is harmed', async () => {
    const large = '99999999999999999999'
    answers.alter(({ kind, query }, answer) => {
      const records = recordsIn(answer.body)
      const [first] = records
      if (kind !== 'list' || query.has('after') || query.has('archived') || !first) return undefined
      records.push({ ...first, id: large })
      return answer
    })
    expect(await sync({ full: true })).toMatchObject({ outcome: 'succeeded', unread: 1 })
    expect(await quarantined()).toEqual([{ id: large, reason: 'id_out_of_range' }])
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
    answers.alter(undefined)
    await sync({ full: true })
    await expectEqual()
  })

  it('without an id: they are counted and reported, and nothing else is affected', async () => {
    answers.alter(({ kind, query }, answer) => {
      const records = recordsIn(answer.body)
      const [first] = records
      if (kind !== 'list' || query.has('after') || query.has('archived') || !first) return undefined
      records.push({ ...first, id: '' })
      return answer
    })
    expect(await sync({ full: true })).toMatchObject({ outcome: 'succeeded' })
    const told = portal.events.filter((event) => event.type === 'notice')
    expect(told).toContainEqual(
      expect.objectContaining({
        code: 'RECORDS_NAMELESS',
        message: 'HubSpot listed 1 record without an id: the table lacks it',
      }),
    )
    answers.alter(undefined)
    await expectEqual()
  })
})

describe('live records that answers call archived', () => {
  const callArchived =
    (wanted: string): Alter =>
    ({ kind, query }, answer) => {
      if (kind !== wanted || query.has('archived')) return undefined
      for (const record of recordsIn(answer.body)) Object.assign(record, { archived: true })
      return answer
    }

  it.each(['list', 'batch'])('are not marked on the word of a %s', async (kind) => {
    const { store } = portal.simulator
    const changed = anId(20)
    store.update(DEALS, changed, { dealname: `called archived by a ${kind}` })
    answers.alter(callArchived(kind))
    const { deleted } = await sync({ full: kind === 'list' })
    expect(deleted).toBe(0)
    expect((await liveInTable(portal)).length).toBe(liveInHubSpot(portal).length)
    answers.alter(undefined)
    await sync()
    expect(await portal.row(changed)).toMatchObject({
      property_dealname: `called archived by a ${kind}`,
    })
    await expectEqual()
  })
})

describe('an answer that says nothing', () => {
  it('marks nothing, and is a failure', async () => {
    const empty = { status: 200, body: { status: 'COMPLETE', results: [] } }
    answers.alter(({ kind }) => {
      if (kind === 'search') return { status: 200, body: { total: 0, results: [] } }
      if (kind === 'get') return { status: 200, body: {} }
      return kind === '' ? undefined : empty
    })
    const report = await sync()
    expect(report).toMatchObject({ outcome: 'partial', deleted: 0 })
    expect(report.error).toMatchObject({ code: 'RECORDS_UNANSWERED' })
    expect(await liveInTable(portal)).toEqual(liveInHubSpot(portal))
    answers.alter(undefined)
    expect(await sync()).toMatchObject({ outcome: 'succeeded' })
    await expectEqual()
  })
})
