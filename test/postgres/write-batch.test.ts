import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { finishRun } from '../../runtime/postgres/state/state.ts'
import { type DealDatabase, nothingWritten, openDealDatabase } from '../support/deal-database.ts'
import { dealRecord } from '../support/deal-table.ts'
import { postgres15Missing } from '../support/postgres.ts'

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

  test('every column arrives exactly', async () => {
    const { scratch, write } = deal
    const outcome = await write(
      dealRecord(900719925474099312n, 1, {
        amount: '0.40000000000000002220446049250313080847263336181640625',
        birthday: '1582416000000',
        closedate: '2026-03-12T07:36:23.415Z',
        dealname: 'Ünï "🎉"\n\\',
        hs_is_closed: 'YES',
        hubspot_owner_id: '9007199254740993',
      }),
    )
    expect(outcome).toEqual({ ...nothingWritten, inserted: 1 })
    const [row] = await scratch.query<Record<string, unknown>>(
      `SELECT id, portal_id, is_deleted, _fivetran_deleted, updated_at, property_amount,
         property_birthday::text, property_closedate, property_dealname, property_hs_is_closed,
         property_hubspot_owner_id
       FROM hubspot.deal`,
    )
    expect(row).toEqual({
      id: '900719925474099312',
      portal_id: '8100142',
      is_deleted: false,
      _fivetran_deleted: false,
      updated_at: new Date('2026-01-01T00:00:00Z'),
      property_amount: '0.40000000000000002220446049250313080847263336181640625',
      property_birthday: '2020-02-23',
      property_closedate: new Date('2026-03-12T07:36:23.415Z'),
      property_dealname: 'Ünï "🎉"\n\\',
      property_hs_is_closed: true,
      property_hubspot_owner_id: '9007199254740993',
    })
  })

  test('a newer record replaces the row, clearing what was cleared', async () => {
    const { scratch, write } = deal
    await write(dealRecord(1, 1, { amount: '1', dealname: 'old' }))
    expect(await write(dealRecord(1, 2, { amount: '2', dealname: '' }))).toEqual({
      ...nothingWritten,
      updated: 1,
    })
    expect(
      await scratch.query('SELECT property_amount, property_dealname FROM hubspot.deal'),
    ).toEqual([{ property_amount: '2', property_dealname: null }])
  })

  test('an older record changes nothing, not even the quarantine', async () => {
    const { scratch, write, quarantine } = deal
    await write(dealRecord(1, 5, { amount: 'bad', dealname: 'new' }))
    const before = await quarantine()
    expect(await write(dealRecord(1, 4, { amount: 'worse', dealname: 'old' }))).toEqual({
      ...nothingWritten,
      unchanged: 1,
      rejectedValues: 1,
    })
    await write(dealRecord(1, 4, { amount: '4', dealname: 'old' }))
    expect(await scratch.query('SELECT property_dealname FROM hubspot.deal')).toEqual([
      { property_dealname: 'new' },
    ])
    expect(await quarantine()).toEqual(before)
  })

  test('what was read in full or by id replaces an older row whose stamp is newer', async () => {
    const { scratch, write, writeRead, quarantine } = deal
    const names = () =>
      scratch.query('SELECT id, property_dealname FROM hubspot.deal WHERE id < 3 ORDER BY id')
    await write(dealRecord(1, 5, { amount: 'bad', dealname: 'wrong' }))
    await write(dealRecord(2, 5, { dealname: 'deleted since' }))
    const [clock] = await scratch.query<{ now: Date }>(
      "SELECT clock_timestamp() + interval '1 ms' AS now",
    )
    const begunAt = clock?.now ?? new Date(Number.NaN)
    await scratch.query(`UPDATE hubspot.deal
      SET _fivetran_synced = _fivetran_synced + interval '1 minute' WHERE id = 2`)
    expect(
      await writeRead(
        begunAt,
        dealRecord(1, 4, { amount: '1', dealname: 'right' }),
        dealRecord(2, 4, { dealname: 'read before' }),
      ),
    ).toEqual({ ...nothingWritten, updated: 1, unchanged: 1 })
    expect(await names()).toEqual([
      { id: '1', property_dealname: 'right' },
      { id: '2', property_dealname: 'deleted since' },
    ])
    expect(await quarantine()).toEqual([])
    const again = await writeRead(begunAt, dealRecord(1, 4, { amount: '1', dealname: 'right' }))
    expect(again).toEqual({ ...nothingWritten, unchanged: 1 })
  })

  test('a row without a stamp loses against any record', async () => {
    const { scratch, write } = deal
    await scratch.query('ALTER TABLE hubspot.deal ALTER updated_at DROP NOT NULL')
    await scratch.query('INSERT INTO hubspot.deal (id, portal_id, updated_at) VALUES (1, 1, NULL)')
    expect(await write(dealRecord(1, 1, { dealname: 'stamped' }))).toEqual({
      ...nothingWritten,
      updated: 1,
    })
    await scratch.query('ALTER TABLE hubspot.deal ALTER updated_at SET NOT NULL')
  })

  test('an equal row is not rewritten, locked, or stamped again', async () => {
    const { scratch, write } = deal
    const physical = () =>
      scratch.query('SELECT ctid, xmin, xmax, _fivetran_synced FROM hubspot.deal ORDER BY id')
    const records = [1, 2, 3].map((id) => dealRecord(id, 1, { amount: '1.50', dealname: 'same' }))
    await write(...records)
    const before = await physical()
    expect(await write(...records)).toEqual({ ...nothingWritten, unchanged: 3 })
    expect(await physical()).toEqual(before)
    await write(dealRecord(2, 1, { amount: '1.51', dealname: 'same' }))
    const after = await physical()
    expect(after[0]).toEqual(before[0])
    expect(after[1]).not.toEqual(before[1])
  })

  test('an archived record sets both deletion flags, a restored one clears them', async () => {
    const { scratch, write } = deal
    const flags = () => scratch.query('SELECT is_deleted, _fivetran_deleted FROM hubspot.deal')
    const record = dealRecord(1, 1, { dealname: 'x' })
    await write({ ...record, archived: true })
    expect(await flags()).toEqual([{ is_deleted: true, _fivetran_deleted: true }])
    expect(await write(record)).toEqual({ ...nothingWritten, updated: 1 })
    expect(await flags()).toEqual([{ is_deleted: false, _fivetran_deleted: false }])
  })

  test('of two versions in one batch the newer is written, wherever it stands', async () => {
    const { scratch, write } = deal
    const older = dealRecord(1, 1, { dealname: 'older' })
    const newer = dealRecord(1, 2, { dealname: 'newer' })
    expect(await write(newer, older, dealRecord(2, 1, {}))).toEqual({
      ...nothingWritten,
      inserted: 2,
      unchanged: 1,
    })
    expect(await scratch.query('SELECT property_dealname FROM hubspot.deal WHERE id = 1')).toEqual([
      { property_dealname: 'newer' },
    ])
  })

  test('columns outside the property map keep their values', async () => {
    const { scratch, write } = deal
    await scratch.query('ALTER TABLE hubspot.deal ADD property_gone text')
    await write(dealRecord(1, 1, { dealname: 'a' }))
    await scratch.query(`UPDATE hubspot.deal SET property_gone = 'kept'`)
    await write(dealRecord(1, 2, { dealname: 'b', gone: 'new' }))
    expect(
      await scratch.query('SELECT property_dealname, property_gone FROM hubspot.deal'),
    ).toEqual([{ property_dealname: 'b', property_gone: 'kept' }])
    await scratch.query('ALTER TABLE hubspot.deal DROP property_gone')
  })

  test('a connection that the server has closed costs one retry, not the batch', async () => {
    const { scratch, write } = deal
    await write(dealRecord(1, 1, {}))
    await scratch.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name = 'hubgen' AND datname = current_database()`,
    )
    expect(await write(dealRecord(2, 1, {}))).toEqual({ ...nothingWritten, inserted: 1 })
  })

  test('a run shows its progress while it runs and its totals afterwards', async () => {
    const { scratch, database, run, write } = deal
    const progress = () =>
      scratch.query<Record<string, unknown>>(
        `SELECT read, inserted, updated, unchanged, rejected_values, rejected_records, calls, outcome,
           error, finished_at IS NOT NULL AS finished FROM hubgen.run WHERE id = $1`,
        [run.id],
      )
    await write(dealRecord(1, 1, {}), dealRecord(2, 1, { amount: 'x' }))
    await write(dealRecord(1, 1, {}), dealRecord(2, 2, {}), { ...dealRecord(0, 1, {}), id: 'x' })
    const counted = {
      read: '5',
      inserted: '2',
      updated: '1',
      unchanged: '1',
      rejected_values: '1',
      rejected_records: '1',
    }
    expect(await progress()).toEqual([
      { ...counted, calls: '0', outcome: null, error: null, finished: false },
    ])
    await finishRun(database, run, {
      outcome: 'succeeded',
      read: 5,
      inserted: 2,
      updated: 1,
      unchanged: 1,
      deleted: 0,
      rejectedValues: 1,
      rejectedRecords: 1,
      calls: 9,
      seconds: 1,
    })
    expect(await progress()).toEqual([
      { ...counted, calls: '9', outcome: 'succeeded', error: null, finished: true },
    ])
  })
})
