import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { HubgenError } from '../../runtime/errors.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { planLoad } from '../../runtime/postgres/load/load-plan.ts'
import { writeBatch } from '../../runtime/postgres/load/write-batch.ts'
import { commitRetrying } from '../../runtime/postgres/state/commit.ts'
import { startRun } from '../../runtime/postgres/state/state.ts'
import { convertRecord } from '../../runtime/values/row.ts'
import { text } from '../../runtime/values/text.ts'
import { type DealDatabase, nothingWritten, openDealDatabase } from '../support/deal-database.ts'
import { dealRecord, deals } from '../support/deal-table.ts'
import { createDatabase, postgres15Missing } from '../support/postgres.ts'

const plan = planLoad(deals)

describe.each([{ version: 18 }, { version: 15 }])('on Postgres $version', ({ version }) => {
  const unavailable = version === 15 ? postgres15Missing : undefined
  let deal: DealDatabase

  beforeAll(async () => {
    if (unavailable === undefined) deal = await openDealDatabase(version)
  })

  afterAll(async () => {
    await deal?.[Symbol.asyncDispose]()
  })

  beforeEach(async ({ skip }) => {
    if (unavailable !== undefined) return skip(unavailable)
    await deal.scratch.query('TRUNCATE hubspot.deal, hubgen.quarantine')
    await deal.scratch.query(
      'UPDATE hubgen.run SET read = 0, inserted = 0, updated = 0, unchanged = 0, rejected_values = 0, rejected_records = 0',
    )
  })

  test('a value that does not fit is null and quarantined until it fits', async () => {
    const { write, quarantine } = deal
    expect(await write(dealRecord(1, 1, { amount: 'much', dealname: 'kept' }))).toEqual({
      ...nothingWritten,
      inserted: 1,
      rejectedValues: 1,
    })
    expect(await quarantine()).toEqual([
      { record_id: '1', property: 'amount', raw_value: 'much', reason: 'not_a_number' },
    ])
    await write(dealRecord(1, 2, { amount: '1;2', closedate: 'x', dealname: 'kept' }))
    expect(await quarantine()).toEqual([
      { record_id: '1', property: 'amount', raw_value: '1;2', reason: 'several_values' },
      { record_id: '1', property: 'closedate', raw_value: 'x', reason: 'not_a_datetime' },
    ])
    await write(dealRecord(1, 3, { amount: '12', closedate: 'x' }), dealRecord(2, 3, {}))
    expect(await quarantine()).toEqual([
      { record_id: '1', property: 'closedate', raw_value: 'x', reason: 'not_a_datetime' },
    ])
    await write(dealRecord(1, 4, {}))
    expect(await quarantine()).toEqual([])
  })

  test('a record that lost against a newer row says nothing about the quarantine', async () => {
    const { write, quarantine } = deal
    await write(dealRecord(1, 5, { amount: 'much' }), dealRecord(2, 5, { amount: '1' }))
    const held = [{ record_id: '1', property: 'amount', raw_value: 'much', reason: 'not_a_number' }]
    // The first would clear it, the second would add to it.
    await write(dealRecord(1, 4, { amount: '12' }), dealRecord(2, 4, { amount: 'more' }))
    expect(await quarantine()).toEqual(held)
    await write(dealRecord(1, 4, { amount: 'little', closedate: 'x' }), dealRecord(2, 6, {}))
    expect(await quarantine()).toEqual(held)
    await write(dealRecord(2, 6, { amount: '2' }), dealRecord(1, 5, { amount: '12' }))
    expect(await quarantine()).toEqual([])
  })

  test('the same reject again leaves its quarantine row alone', async () => {
    const { scratch, write } = deal
    const physical = () => scratch.query('SELECT ctid, * FROM hubgen.quarantine')
    const record = dealRecord(1, 1, { amount: 'much' })
    await write(record)
    const before = await physical()
    await write(record)
    expect(await physical()).toEqual(before)
  })

  test('it knows which version of the record had the value, and who met the value first', async () => {
    const { scratch, database, run, write } = deal
    const facts = () =>
      scratch.query('SELECT run_id, quarantined_at, record_updated_at FROM hubgen.quarantine')
    await write(dealRecord(1, 1, { amount: 'much' }))
    const [first] = await facts()
    expect(first).toMatchObject({ run_id: run.id, record_updated_at: new Date('2026-01-01Z') })
    const later = await startRun(database, { entity: 'deals', mode: 'full', portalId: 1 })
    const changed = dealRecord(1, 2, { amount: 'much', dealname: 'new' })
    await writeBatch(
      (write) => commitRetrying(database, write),
      plan,
      [convertRecord(plan, { ...changed, unanswered: [] })],
      later,
    )
    expect(await facts()).toEqual([{ ...first, record_updated_at: new Date('2026-01-02Z') }])
    const other = dealRecord(1, 3, { amount: 'more' })
    await writeBatch(
      (write) => commitRetrying(database, write),
      plan,
      [convertRecord(plan, { ...other, unanswered: [] })],
      later,
    )
    expect(await facts()).toMatchObject([
      { run_id: later.id, record_updated_at: new Date('2026-01-03Z') },
    ])
  })

  test('the quarantine of another entity is not touched', async () => {
    const { scratch, run, write, quarantine } = deal
    await scratch.query(
      `INSERT INTO hubgen.quarantine (entity, record_id, property, raw_value, reason, run_id)
       VALUES ('contacts', '1', 'amount', 'x', 'not_a_number', $1)`,
      [run.id],
    )
    await write(dealRecord(1, 1, { amount: '1' }))
    expect(await quarantine()).toHaveLength(1)
  })

  test('records that Postgres refuses are found among many and quarantined whole', async () => {
    const { scratch, write } = deal
    await scratch.query(
      `ALTER TABLE hubspot.deal ADD CONSTRAINT positive CHECK (property_amount >= 0)`,
    )
    const closedate = '1660418951000'
    const records = Array.from({ length: 100 }, (_, index) =>
      dealRecord(index, 1, { amount: index % 33 === 7 ? '-1e0' : '1', closedate }),
    )
    const outcome = await write(...records, { ...dealRecord(0, 1, {}), id: 'not an id' })
    expect(outcome).toEqual({
      ...nothingWritten,
      inserted: 97,
      rejectedRecords: 4,
      refused: [
        { recordId: '7', reason: '23514 check_violation' },
        { recordId: '40', reason: '23514 check_violation' },
        { recordId: '73', reason: '23514 check_violation' },
        { recordId: 'not an id', reason: '22P02 invalid_text_representation' },
      ],
    })
    const [first] = await scratch.query<{ raw_value: string; property: null }>(
      `SELECT * FROM hubgen.quarantine WHERE record_id = '7'`,
    )
    expect(first?.property).toBeNull()
    expect(JSON.parse(first?.raw_value ?? '')).toEqual(records[7])
    await write(dealRecord(7, 2, { amount: '7' }))
    expect(await scratch.query(`SELECT FROM hubgen.quarantine WHERE record_id = '7'`)).toEqual([])
    await scratch.query('ALTER TABLE hubspot.deal DROP CONSTRAINT positive')
  })

  test('a refused record is quarantined with what can be stored of it', async () => {
    const { scratch, write } = deal
    const record = { ...dealRecord(1, 1, { amount: 'much', dealname: 'ab' }), id: 'x\0' }
    const outcome = await write({
      ...record,
      properties: { ...record.properties, dealname: 'a\0b\ud800' },
    })
    expect(outcome.refused).toHaveLength(1)
    const [row] = await scratch.query<{ raw_value: string }>(
      'SELECT raw_value FROM hubgen.quarantine',
    )
    expect(JSON.parse(row?.raw_value ?? '')).toEqual(record)
  })

  test('any other failure rolls the batch back whole and says nothing of values', async () => {
    const { scratch, run, write, quarantine } = deal
    await scratch.query(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'secret %', NEW.property_dealname; END $$`)
    await scratch.query(`CREATE TRIGGER refuse BEFORE INSERT ON hubspot.deal FOR EACH ROW
      WHEN (NEW.id = 3) EXECUTE FUNCTION refuse()`)
    const records = [1, 2, 3, 4].map((id) => dealRecord(id, 1, { amount: 'bad', dealname: 'x' }))
    const failure = await write(...records).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(HubgenError)
    expect(failure).toMatchObject({ code: 'BATCH_REFUSED' })
    expect(String(failure)).toContain('P0001')
    expect(String(failure)).not.toContain('secret')
    expect(await scratch.query('SELECT FROM hubspot.deal')).toEqual([])
    expect(await quarantine()).toEqual([])
    expect(
      await scratch.query('SELECT read, rejected_values FROM hubgen.run WHERE id = $1', [run.id]),
    ).toEqual([{ read: '0', rejected_values: '0' }])
    await scratch.query('DROP TRIGGER refuse ON hubspot.deal')
    await scratch.query('DROP FUNCTION refuse')
  })
})

test('a row too big for a page is quarantined, its neighbours are written', async () => {
  const properties = Object.fromEntries(
    Array.from({ length: 800 }, (_, index) => [`property_p${index}`, text(`p${index}`)]),
  )
  const wide = { ...deals, table: 'hubspot.wide', properties } as const
  await using scratch = await createDatabase()
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'),
  )
  const columns = Object.keys(properties).map((name) => `, ${name} text`)
  await scratch.query(`CREATE SCHEMA hubspot;
    CREATE TABLE hubspot.wide (id bigint PRIMARY KEY, portal_id bigint NOT NULL,
      is_deleted boolean, _fivetran_deleted boolean, _fivetran_synced timestamptz,
      updated_at timestamptz${columns.join('')})`)
  const run = await startRun(database, { entity: 'deals', mode: 'full', portalId: 1 })
  const full = Object.fromEntries(
    Object.values(properties).map(({ property }) => [property, `${property} `.repeat(5)]),
  )
  const widePlan = planLoad(wide)
  const batch = Array.from({ length: 20 }, (_, index) =>
    convertRecord(widePlan, dealRecord(index, 1, index === 13 ? full : { p1: 'small' })),
  )
  expect(
    await writeBatch((write) => commitRetrying(database, write), widePlan, batch, run),
  ).toEqual({
    ...nothingWritten,
    inserted: 19,
    rejectedRecords: 1,
    refused: [{ recordId: '13', reason: '54000 program_limit_exceeded' }],
  })
  expect(await scratch.query('SELECT FROM hubspot.wide')).toHaveLength(19)
})
