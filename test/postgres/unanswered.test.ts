import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import {
  type CalculatedPlan,
  loadCalculated,
  planCalculated,
} from '../../runtime/postgres/load/load-calculated.ts'
import { planLoad } from '../../runtime/postgres/load/load-plan.ts'
import { type WriteBatchOptions, writeBatch } from '../../runtime/postgres/load/write-batch.ts'
import { type Commit, commitRetrying } from '../../runtime/postgres/state/commit.ts'
import { numeric } from '../../runtime/values/numeric.ts'
import { convertRecord, type SourceRecord } from '../../runtime/values/row.ts'
import { text } from '../../runtime/values/text.ts'
import { type DealDatabase, openDealDatabase } from '../support/deal-database.ts'

/** A retyped property, a calculated one, and two that share a column with one that is archived. */
const entity: Entity = {
  name: 'deals',
  objectType: '0-3',
  table: 'hubspot.wide_deal',
  portalId: 8100142,
  modifiedProperty: 'hs_lastmodifieddate',
  properties: {
    property_dealname: text('dealname'),
    property_amount: text('amount'),
    property_amount__numeric: numeric('amount'),
    property_forecast: numeric('forecast'),
  },
  overflow: {
    properties: { property_note: text('note'), property_score: numeric('score') },
    archived: ['property_old'],
  },
  calculated: ['property_forecast', 'property_score'],
}

const all = { dealname: 'a', amount: '1', forecast: '2', note: 'n', score: '3' }

describe.each([18, 15])('on Postgres %i', (version) => {
  let deals: DealDatabase
  const plan = planLoad(entity)

  beforeAll(async () => {
    deals = await openDealDatabase(version)
    await deals.scratch.query(`CREATE TABLE hubspot.wide_deal (
      id bigint PRIMARY KEY, portal_id bigint, is_deleted boolean, _fivetran_deleted boolean,
      _fivetran_synced timestamptz, updated_at timestamptz, property_dealname text,
      property_amount text, property_amount__numeric numeric, property_forecast numeric,
      overflow jsonb NOT NULL DEFAULT '{}')`)
  }, 60_000)
  afterAll(() => deals[Symbol.asyncDispose]())
  beforeEach(async () => {
    for (const table of [
      'hubspot.wide_deal',
      'hubgen.quarantine',
      'hubgen.unanswered',
      'hubgen.pass',
    ]) {
      await deals.scratch.query(`DELETE FROM ${table}`)
    }
    const words = plan.columns.map(
      ({ column, codec, property }) => `${column} ${codec.type} of ${property}`,
    )
    await deals.scratch.query(
      `INSERT INTO hubgen.pass (entity, pass, begun_at, reads, run_id)
       VALUES ('deals', 'records', now(), $1, $2), ('deals', 'history', now(), $1, $2)`,
      [words, deals.run.id],
    )
  })

  const commit: Commit = (write) => commitRetrying(deals.database, write)
  const record = (id: number, day: number, properties: object, archived = false) =>
    convertRecord(plan, {
      id: String(id),
      updatedAt: `2026-01-0${day}T00:00:00Z`,
      archived,
      properties: { ...properties },
    })
  const write = (records: readonly SourceRecordOf[], options: WriteBatchOptions = {}) =>
    writeBatch(commit, plan, records, deals.run, options)
  type SourceRecordOf = ReturnType<typeof convertRecord>
  const without = (...names: readonly (keyof typeof all)[]) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => !names.some((gone) => gone === name)))
  const rows = () =>
    deals.scratch.query(`SELECT id::int, property_dealname AS name, property_amount AS was,
      property_amount__numeric AS amount, property_forecast AS forecast, overflow
      FROM hubspot.wide_deal ORDER BY wide_deal.id`)
  const unanswered = async () =>
    (
      await deals.scratch.query<{ property: string }>(
        "SELECT property FROM hubgen.unanswered WHERE entity = 'deals' ORDER BY property",
      )
    ).map(({ property }) => property)
  const reads = async (pass: string) =>
    (
      await deals.scratch.query<{ reads: readonly string[] }>(
        'SELECT reads FROM hubgen.pass WHERE pass = $1',
        [pass],
      )
    )[0]?.reads

  test('columns of what is not answered keep their values, those it had earlier too', async () => {
    await write([record(1, 1, all)])
    const names = without('amount', 'note')
    await deals.scratch.query(
      `UPDATE hubspot.wide_deal SET overflow = overflow || '{"property_old":"o"}'`,
    )
    expect(await write([record(1, 2, { ...names, dealname: 'b', score: null })])).toMatchObject({
      updated: 1,
    })
    const overflow = { property_note: 'n', property_old: 'o' }
    expect(await rows()).toEqual([
      { id: 1, name: 'b', was: '1', amount: '1', forecast: '2', overflow },
    ])
    expect(await unanswered()).toEqual(['amount', 'note'])
    expect(await write([record(1, 2, { ...names, dealname: 'b', score: null })])).toMatchObject({
      unchanged: 1,
    })
  })

  test('what full reads have read shrinks by it, and nothing else does', async () => {
    await write([record(1, 1, all)])
    expect(await reads('records')).toHaveLength(6)
    await write([record(1, 2, without('amount', 'note'))])
    expect(await reads('records')).toEqual([
      'property_dealname text of dealname',
      'property_forecast numeric of forecast',
      'property_score numeric of score',
    ])
    expect(await reads('history')).toHaveLength(6)
  })

  test('records of one batch may lack different names', async () => {
    await write([1, 2, 3].map((id) => record(id, 1, all)))
    const cleared = { dealname: null, amount: null, forecast: null, note: null, score: null }
    const lacking = ({ amount: _, ...others }: typeof cleared) => others
    const { note: __, ...noteless } = cleared
    await write([record(1, 2, lacking(cleared)), record(2, 2, noteless), record(3, 2, cleared)])
    const nothing = { name: null, was: null, amount: null, forecast: null, overflow: {} }
    expect(await rows()).toEqual([
      { ...nothing, id: 1, was: '1', amount: '1' },
      { ...nothing, id: 2, overflow: { property_note: 'n' } },
      { ...nothing, id: 3 },
    ])
    expect(await unanswered()).toEqual(['amount', 'note'])
  })

  test('new records have null there, by whichever way they come', async () => {
    const names = without('amount', 'note')
    await write([record(1, 1, names)])
    await write([record(2, 1, names), record(3, 1, all)], { expected: 'new' })
    const lacking = { name: 'a', was: null, amount: null, forecast: '2' }
    expect(await rows()).toMatchObject([
      { id: 1, ...lacking, overflow: { property_score: '3' } },
      { id: 2, ...lacking, overflow: { property_score: '3' } },
      { id: 3, was: '1', amount: '1', overflow: { property_score: '3', property_note: 'n' } },
    ])
    expect(await unanswered()).toEqual(['amount', 'note'])
  })

  test('quarantined values of what is not answered stay, others go', async () => {
    await write([record(1, 1, { ...all, amount: 'much', forecast: 'more' })])
    await write([record(1, 2, without('amount'))])
    expect(await deals.quarantine()).toMatchObject([{ property: 'amount', raw_value: 'much' }])
    await write([record(1, 3, { ...all, amount: null })])
    expect(await deals.quarantine()).toEqual([])
  })

  test('records that Postgres refuses among them are found, with the properties that they lack', async () => {
    await deals.scratch.query(
      `ALTER TABLE hubspot.wide_deal ADD CONSTRAINT small CHECK (property_forecast < 10)`,
    )
    await write([1, 2].map((id) => record(id, 1, all)))
    const names = { ...without('amount'), dealname: 'b' }
    const outcome = await write([record(1, 2, names), record(2, 2, { ...names, forecast: '10' })])
    expect(outcome).toMatchObject({ updated: 1, refused: [{ recordId: '2' }] })
    await deals.scratch.query('ALTER TABLE hubspot.wide_deal DROP CONSTRAINT small')
    expect(await rows()).toMatchObject([
      { id: 1, name: 'b', was: '1' },
      { id: 2, name: 'a', was: '1' },
    ])
    const [held] = await deals.scratch.query<{ raw_value: string }>(
      'SELECT raw_value FROM hubgen.quarantine',
    )
    const kept = JSON.parse(held?.raw_value ?? '') as SourceRecord
    expect(kept.unanswered).toEqual(['amount'])
  })

  test('the recycle bin says nothing about what is answered', async () => {
    await write([record(1, 1, all)])
    await write([record(1, 2, without('amount'), true)])
    expect(await rows()).toMatchObject([{ amount: '1' }])
    expect(await unanswered()).toEqual([])
    expect(await reads('records')).toHaveLength(6)
  })

  test('calculated columns keep their values and their quarantine as well', async () => {
    const calculated = planCalculated(entity) as CalculatedPlan
    const refresh = (properties: Record<string, string | null>) =>
      commit((transaction) =>
        loadCalculated(
          transaction,
          calculated,
          [
            convertRecord(calculated, {
              id: '1',
              updatedAt: '2026-01-01T00:00:00Z',
              archived: false,
              properties,
            }),
          ],
          deals.run,
        ),
      )
    await write([record(1, 1, { ...all, score: 'high' })])
    expect(await refresh({ forecast: '5' })).toMatchObject({ updated: 1 })
    expect(await deals.quarantine()).toMatchObject([{ property: 'score' }])
    expect(await refresh({ score: '7' })).toMatchObject({ updated: 1 })
    expect(await deals.quarantine()).toEqual([])
    expect(await refresh({})).toMatchObject({ updated: 0, unchanged: 1 })
    expect(await rows()).toMatchObject([
      { forecast: '5', overflow: { property_note: 'n', property_score: '7' } },
    ])
    expect(await unanswered()).toEqual(['forecast', 'score'])
    expect(await reads('records')).toHaveLength(4)
  })
})
