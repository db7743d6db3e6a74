import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { listQuarantine } from '../../runtime/postgres/load/quarantine.ts'
import { beginRun } from '../../runtime/postgres/state/lease.ts'
import { finishRun } from '../../runtime/postgres/state/state.ts'
import { replayEntity } from '../../runtime/sync/replay/replay-entity.ts'
import { text } from '../../runtime/values/text.ts'
import { type DealDatabase, openDealDatabase } from '../support/deal-database.ts'
import { dealRecord, deals } from '../support/deal-table.ts'

let deal: DealDatabase

beforeAll(async () => {
  deal = await openDealDatabase(18)
  await deal.scratch.query(`ALTER TABLE hubspot.deal ADD COLUMN property_amount__text text,
    ADD COLUMN overflow jsonb NOT NULL DEFAULT '{}'`)
})

afterAll(() => deal[Symbol.asyncDispose]())

beforeEach(() => deal.scratch.query('TRUNCATE hubspot.deal, hubgen.quarantine, hubgen.lease'))

/** The analysis has changed: an amount is text. */
const retyped = {
  ...deals,
  properties: { ...deals.properties, property_amount__text: text('amount') },
} as Entity

const rows = () =>
  deal.scratch.query(
    'SELECT id, updated_at, is_deleted, property_amount, property_amount__text FROM hubspot.deal ORDER BY id',
  )

describe('values', () => {
  test('that fit a new type are in their column, and out of the quarantine', async () => {
    await deal.write(
      dealRecord(1, 1, { amount: 'much', closedate: 'soon' }),
      dealRecord(2, 1, { amount: '2' }),
      dealRecord(3, 1, { amount: 'more' }),
    )
    const report = await replayEntity(retyped, deal.database)
    expect(report).toMatchObject({
      values: { fitted: 2, superseded: 0, stayed: 1 },
      records: { fitted: 0, superseded: 0, stayed: 0 },
      cancelled: false,
    })
    expect(await rows()).toMatchObject([
      { id: '1', property_amount: null, property_amount__text: 'much' },
      { id: '2', property_amount: '2', property_amount__text: null },
      { id: '3', property_amount: null, property_amount__text: 'more' },
    ])
    expect(await deal.quarantine()).toEqual([
      { record_id: '1', property: 'closedate', raw_value: 'soon', reason: 'not_a_datetime' },
    ])
    expect(
      await deal.scratch.query(
        'SELECT mode, outcome, read, updated, rejected_values FROM hubgen.run WHERE id = $1',
        [report.runId],
      ),
    ).toEqual([
      { mode: 'replay', outcome: 'succeeded', read: '3', updated: '2', rejected_values: '1' },
    ])
    expect(await deal.scratch.query('SELECT FROM hubgen.lease')).toEqual([])
  })

  test('again change nothing', async () => {
    await deal.write(dealRecord(1, 1, { amount: 'much', closedate: 'soon' }))
    await replayEntity(retyped, deal.database)
    const physical = () =>
      deal.scratch.query(
        'SELECT ctid, xmin::text FROM hubspot.deal UNION ALL SELECT ctid, xmin::text FROM hubgen.quarantine',
      )
    const before = await physical()
    expect((await replayEntity(retyped, deal.database)).values.stayed).toBe(1)
    expect(await physical()).toEqual(before)
  })

  test('fill a key of the overflow column', async () => {
    await deal.write(dealRecord(1, 1, { amount: 'much' }))
    const { property_amount: _, ...properties } = deals.properties as Record<string, never>
    const shared = {
      ...deals,
      properties,
      overflow: { properties: { property_amount: text('amount') }, archived: [] },
    } as Entity
    expect((await replayEntity(shared, deal.database)).values.fitted).toBe(1)
    expect(await deal.scratch.query('SELECT overflow FROM hubspot.deal')).toEqual([
      { overflow: { property_amount: 'much' } },
    ])
  })

  test('are dropped where the row is newer, and stay where there is no row or no column', async () => {
    await deal.write(
      dealRecord(1, 1, { amount: 'much' }),
      dealRecord(2, 1, { amount: 'much' }),
      dealRecord(3, 1, { amount: 'much' }),
      dealRecord(4, 1, { birthday: 'never' }),
    )
    await deal.scratch.query(`UPDATE hubspot.deal SET updated_at = '2026-02-01' WHERE id = 1;
      DELETE FROM hubspot.deal WHERE id = 2;
      UPDATE hubspot.deal SET property_amount__text = 'newer' WHERE id = 3`)
    const { property_birthday: _, ...properties } = retyped.properties as Record<string, never>
    const report = await replayEntity({ ...retyped, properties } as Entity, deal.database)
    expect(report.values).toEqual({ fitted: 1, superseded: 1, stayed: 2 })
    expect(await rows()).toMatchObject([
      { id: '1', property_amount__text: null },
      { id: '3', property_amount__text: 'newer' },
      { id: '4' },
    ])
    expect(await deal.quarantine()).toMatchObject([{ record_id: '2' }, { record_id: '4' }])
  })

  test('that the table refuses stay, with the reason of now', async () => {
    await deal.scratch.query(
      `ALTER TABLE hubspot.deal ADD CONSTRAINT short CHECK (length(property_amount__text) < 5)`,
    )
    await deal.write(
      ...[1, 2, 3, 4].map((id) => dealRecord(id, 1, { amount: id === 3 ? 'plenty' : 'much' })),
    )
    expect((await replayEntity(retyped, deal.database)).values).toEqual({
      fitted: 3,
      superseded: 0,
      stayed: 1,
    })
    expect(await deal.quarantine()).toEqual([
      { record_id: '3', property: 'amount', raw_value: 'plenty', reason: '23514 check_violation' },
    ])
    await deal.scratch.query('ALTER TABLE hubspot.deal DROP CONSTRAINT short')
  })

  test('more than a batch of them', async () => {
    const records = Array.from({ length: 2_500 }, (_, id) =>
      dealRecord(id, 1, { amount: `n${id}` }),
    )
    await deal.write(...records)
    const seen: string[] = []
    const report = await replayEntity(retyped, deal.database, {
      onBatch: (done, total) => seen.push(`${done}/${total}`),
    })
    expect(report.values.fitted).toBe(2_500)
    expect(seen.at(-1)).toBe('2500/2500')
    expect(
      await deal.scratch.query(
        `SELECT count(*)::int FROM hubspot.deal WHERE property_amount__text = 'n' || id`,
      ),
    ).toEqual([{ count: 2_500 }])
  })
})

describe('whole records', () => {
  beforeEach(async () => {
    await deal.scratch.query(
      `ALTER TABLE hubspot.deal ADD CONSTRAINT positive CHECK (property_amount >= 0)`,
    )
    await deal.write(
      { ...dealRecord(1, 1, { amount: '-1', birthday: 'never' }), archived: true },
      dealRecord(2, 1, { amount: '-2', dealname: 'two' }),
      { ...dealRecord(0, 1, {}), id: 'not an id' },
    )
  })

  test('are loaded as a sync would, once the table takes them', async () => {
    await deal.scratch.query('ALTER TABLE hubspot.deal DROP CONSTRAINT positive')
    const report = await replayEntity(retyped, deal.database)
    expect(report.records).toEqual({ fitted: 2, superseded: 0, stayed: 1 })
    expect(await rows()).toEqual([
      {
        id: '1',
        updated_at: new Date('2026-01-01Z'),
        is_deleted: true,
        property_amount: '-1',
        property_amount__text: '-1',
      },
      {
        id: '2',
        updated_at: new Date('2026-01-01Z'),
        is_deleted: false,
        property_amount: '-2',
        property_amount__text: '-2',
      },
    ])
    expect(await deal.quarantine()).toMatchObject([
      { record_id: '1', property: 'birthday', raw_value: 'never' },
      { record_id: 'not an id', property: null },
    ])
  })

  test('that it still refuses stay as they are', async () => {
    const before = await deal.quarantine()
    const report = await replayEntity(deals, deal.database)
    expect(report.records).toEqual({ fitted: 0, superseded: 0, stayed: 3 })
    expect(await deal.quarantine()).toEqual(before)
    expect(await rows()).toEqual([])
    await deal.scratch.query('ALTER TABLE hubspot.deal DROP CONSTRAINT positive')
  })

  test('are dropped where the row is newer', async () => {
    await deal.scratch.query(`ALTER TABLE hubspot.deal DROP CONSTRAINT positive;
      INSERT INTO hubspot.deal (id, portal_id, updated_at) VALUES (2, 1, '2026-03-01')`)
    const report = await replayEntity(deals, deal.database)
    expect(report.records).toEqual({ fitted: 1, superseded: 1, stayed: 1 })
    expect(
      await deal.scratch.query('SELECT property_dealname FROM hubspot.deal WHERE id = 2'),
    ).toEqual([{ property_dealname: null }])
    expect(await deal.quarantine()).not.toContainEqual(expect.objectContaining({ record_id: '2' }))
  })
})

test('a replay waits for no sync: it is refused, and the error names the active process', async () => {
  const facts = { entity: 'deals', mode: 'full', portalId: 1 }
  const run = await beginRun(deal.database, facts)
  await expect(replayEntity(deals, deal.database)).rejects.toMatchObject({ code: 'ENTITY_BUSY' })
  await finishRun(deal.database, run, {
    outcome: 'succeeded',
    read: 0,
    inserted: 0,
    updated: 0,
    unchanged: 0,
    rejectedValues: 0,
    rejectedRecords: 0,
    deleted: 0,
    calls: 0,
    seconds: 0,
  })
})

test('a stopped replay keeps its results, and resumes later', async () => {
  const records = Array.from({ length: 1_500 }, (_, id) => dealRecord(id, 1, { amount: `n${id}` }))
  await deal.write(...records)
  const stop = new AbortController()
  const stopped = await replayEntity(retyped, deal.database, {
    signal: stop.signal,
    onBatch: () => stop.abort(),
  })
  expect(stopped).toMatchObject({ cancelled: true, values: { fitted: 1_000 } })
  expect((await replayEntity(retyped, deal.database)).values.fitted).toBe(500)
})

test('the quarantine is listed by property and reason, the largest first, without values', async () => {
  await deal.write(
    ...[1, 2, 3, 4].map((id) => dealRecord(id, 1, { amount: `secret ${id}` })),
    dealRecord(5, 1, { amount: '1;2', closedate: 'x' }),
    { ...dealRecord(0, 1, {}), id: 'y' },
  )
  const groups = await listQuarantine(deal.database, { examples: 2, values: 'hidden' })
  expect(groups.map(({ property, reason, count }) => [property, reason, count])).toEqual([
    ['amount', 'not_a_number', 4],
    [null, '22P02 invalid_text_representation', 1],
    ['amount', 'several_values', 1],
    ['closedate', 'not_a_datetime', 1],
  ])
  expect(groups[0]?.examples).toHaveLength(2)
  expect(JSON.stringify(groups)).not.toContain('secret')
  const shown = await listQuarantine(deal.database, {
    entity: 'deals',
    property: 'closedate',
    examples: 1,
    values: 'shown',
  })
  expect(shown).toMatchObject([{ examples: [{ recordId: '5', rawValue: 'x' }] }])
})
