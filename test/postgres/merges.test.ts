import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { type LoadPlan, planLoad } from '../../runtime/postgres/load/load-plan.ts'
import { forgetMerges, suspectMerged } from '../../runtime/postgres/load/merges.ts'
import { type RunIdentity, startRun } from '../../runtime/postgres/state/state.ts'
import { text } from '../../runtime/values/text.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'

const contacts: Entity = {
  name: 'contacts',
  objectType: '0-1',
  table: 'hubspot.contact',
  portalId: 8100142,
  modifiedProperty: 'lastmodifieddate',
  properties: { property_hs_merged_object_ids: text('hs_merged_object_ids') },
  overflow: {
    properties: { property_hs_calculated_merged_vids: text('hs_calculated_merged_vids') },
    archived: [],
  },
  merges: {
    table: 'hubspot.merged_contact',
    survivorColumn: 'contact_id',
    mergedColumn: 'merged_contact_id',
  },
}

let test: TestDatabase
let database: Database
let run: RunIdentity

beforeAll(async () => {
  test = await createDatabase()
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: test.url }, '/'))
  await test.query(`CREATE SCHEMA hubspot;
    CREATE TABLE hubspot.contact (
      id bigint PRIMARY KEY,
      is_deleted boolean NOT NULL DEFAULT false,
      _fivetran_deleted boolean NOT NULL DEFAULT false,
      _fivetran_synced timestamptz NOT NULL DEFAULT now(),
      property_hs_merged_object_ids text,
      overflow jsonb NOT NULL DEFAULT '{}'
    );
    CREATE TABLE hubspot.merged_contact (
      contact_id bigint NOT NULL,
      merged_contact_id bigint PRIMARY KEY,
      _fivetran_synced timestamptz NOT NULL DEFAULT now()
    )`)
  run = await startRun(database, { entity: 'contacts', mode: 'full', portalId: 8100142 })
})

afterAll(async () => {
  await database.close()
  await test.close()
})

beforeEach(async () => {
  await test.query('TRUNCATE hubspot.contact, hubspot.merged_contact, hubgen.pending_read')
  await test.query('INSERT INTO hubspot.contact (id) SELECT generate_series(1, 9)')
})

async function swallow(id: number, list: string | null, vids?: string): Promise<void> {
  const overflow = vids === undefined ? {} : { property_hs_calculated_merged_vids: vids }
  await test.query(
    `UPDATE hubspot.contact SET property_hs_merged_object_ids = $2, overflow = $3 WHERE id = $1`,
    [id, list, overflow],
  )
}

/** Number of records to read by id now. */
function load(entity: Entity, ...ids: readonly number[]): Promise<number> {
  return loadBy(planLoad(entity), ...ids)
}

function loadBy({ mergeStatement }: LoadPlan, ...ids: readonly number[]): Promise<number> {
  return database.kysely
    .transaction()
    .execute((transaction) => suspectMerged(transaction, mergeStatement, ids.map(String), run))
}

async function state(): Promise<{ suspects: number[]; pairs: string[] }> {
  const suspects = await test.query<{ id: string }>(
    `SELECT record_id AS id FROM hubgen.pending_read
     WHERE entity = 'contacts' AND part = 'records' AND reason = 'merged' ORDER BY record_id`,
  )
  const pairs = await test.query<{ pair: string }>(
    `SELECT merged_contact_id || ' → ' || contact_id AS pair FROM hubspot.merged_contact ORDER BY 1`,
  )
  return { suspects: suspects.map(({ id }) => Number(id)), pairs: pairs.map(({ pair }) => pair) }
}

describe('records that say they have swallowed others', () => {
  it('mark none of them: what is live here is read by id, of the rest it is remembered who has it', async () => {
    await test.query('DELETE FROM hubspot.contact WHERE id = 3')
    await test.query('UPDATE hubspot.contact SET is_deleted = true WHERE id = 6')
    await swallow(1, '2;3')
    await swallow(4, null, '5:1417469632000;4:1417469632001;6:1417469632002')
    expect(await load(contacts, 1, 4)).toBe(2)
    expect(await state()).toEqual({ suspects: [2, 5], pairs: ['3 → 1', '6 → 4'] })
    expect(await load(contacts, 1, 4)).toBe(2)
    const live = await test.query('SELECT id FROM hubspot.contact WHERE NOT is_deleted')
    expect(live).toHaveLength(7)
  })

  it('have the others remembered also where what is live here is not to be read by id', async () => {
    await test.query('DELETE FROM hubspot.contact WHERE id = 3')
    await swallow(1, '2;3')
    await loadBy(planLoad(contacts, 'ignored'), 1)
    expect(await state()).toEqual({ suspects: [], pairs: ['3 → 1'] })
  })

  it('are asked only when they were loaded', async () => {
    await swallow(1, '2')
    expect(await load(contacts, 3)).toBe(0)
    expect(await state()).toEqual({ suspects: [], pairs: [] })
  })

  it('of a chain, the one at its end counts', async () => {
    await test.query('DELETE FROM hubspot.contact WHERE id = 1')
    await swallow(2, '1')
    expect(await load(contacts, 2)).toBe(0)
    await swallow(3, '1;2')
    expect(await load(contacts, 2, 3)).toBe(1)
    expect(await state()).toEqual({ suspects: [2], pairs: ['1 → 3'] })
  })

  it('may name ids without a row, the same twice, and what is no id', async () => {
    await swallow(1, ' 77 ;2;2;;x;-3;3.5;99999999999999999999')
    expect(await load(contacts, 1)).toBe(1)
    expect(await state()).toEqual({ suspects: [2], pairs: ['77 → 1'] })
  })

  it('are heard without a table of merges too, and cost nothing without such a property', async () => {
    await swallow(1, '2')
    const { merges: _, ...alone } = contacts
    expect(await load(alone, 1)).toBe(1)
    expect(await state()).toEqual({ suspects: [2], pairs: [] })
    const { overflow: __, ...bare } = { ...alone, properties: {} }
    expect(planLoad(bare).mergeStatement).toBeNull()
  })

  it('are not believed about what is live', async () => {
    await test.query('INSERT INTO hubspot.merged_contact VALUES (1, 2), (1, 3), (1, 77), (1, 5)')
    await test.query('UPDATE hubspot.contact SET is_deleted = true WHERE id = 3')
    await database.kysely
      .transaction()
      .execute((transaction) => forgetMerges(transaction, contacts, ['2', '3', '77']))
    expect((await state()).pairs).toEqual(['3 → 1', '5 → 1', '77 → 1'])
  })
})
