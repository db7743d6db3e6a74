import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { eraseWithMerged } from '../../runtime/postgres/load/erase-records.ts'
import { ensureState } from '../../runtime/postgres/state/state.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'

/** More columns than a function takes arguments, and one jsonb column with the rest. */
const width = 1_400
const names = Array.from({ length: width }, (_, index) => `property_p${index}`)

describe.each([{ version: 18 }, { version: 15 }])('on Postgres $version', ({ version }) => {
  const unavailable = version === 15 ? postgres15Missing : undefined
  let server: Postgres15 | undefined
  let postgres: TestDatabase
  let database: Database

  beforeAll(async () => {
    if (unavailable !== undefined) return
    server = version === 15 ? await startPostgres15() : undefined
    postgres = await createDatabase(server?.url)
    database = await openDatabase(
      readDatabaseSettings({ DATABASE_URL: postgres.url }, process.cwd()),
    )
    await ensureState(database)
    await postgres.query(`CREATE SCHEMA hubspot`)
    await postgres.query(`CREATE TABLE hubspot."Odd ""table" (
      id bigint PRIMARY KEY, portal_id bigint NOT NULL DEFAULT 1, is_deleted boolean NOT NULL DEFAULT false,
      _fivetran_deleted boolean NOT NULL DEFAULT false, _fivetran_synced timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL, ${names.map((name) => `${name} text`).join(', ')}, overflow jsonb,
      own_length integer GENERATED ALWAYS AS (length(property_p0)) STORED)`)
    await postgres.query(`CREATE TABLE hubspot.merges (
      survivor bigint NOT NULL, merged bigint PRIMARY KEY, _fivetran_synced timestamptz NOT NULL DEFAULT now())`)
  })

  afterAll(async () => {
    await database?.close()
    await postgres?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const it = test.skipIf(unavailable !== undefined)
  const entity: Entity = {
    name: 'odd',
    objectType: '2-1',
    table: 'hubspot.Odd "table',
    portalId: 1,
    modifiedProperty: 'hs_lastmodifieddate',
    properties: {},
    merges: { table: 'hubspot.merges', survivorColumn: 'survivor', mergedColumn: 'merged' },
  }

  it('a wide row is emptied with its overflow, and what was merged into it through a chain that ends', async () => {
    await postgres.query(`INSERT INTO hubspot."Odd ""table" (id, is_deleted, updated_at, property_p0,
        property_p1399, overflow)
      SELECT id, id < 5, '2026-01-01T00:00:00Z', 'a', 'z', '{"property_more": "b"}'
      FROM generate_series(1, 6) AS id`)
    // 1 ← 2 ← 3, and a circular chain; 5 is live and was not merged, whatever the table claims.
    await postgres.query(
      'INSERT INTO hubspot.merges (survivor, merged) VALUES (1, 2), (2, 3), (3, 1), (1, 5)',
    )
    const records = [{ id: '1', updatedAt: '2026-02-01T00:00:00Z' }]
    const erase = () =>
      database.kysely
        .transaction()
        .execute((transaction) => eraseWithMerged(transaction, entity, records))
    expect(await erase()).toMatchObject({ merged: ['2', '3'], counts: { rows: 3 } })
    const rows =
      await postgres.query(`SELECT id, property_p0 AS a, property_p1399 AS z, overflow IS NULL AS empty,
        updated_at = '2026-01-01T00:00:00Z' AS same FROM hubspot."Odd ""table" ORDER BY id`)
    const held = (id: string) => ({ id, a: 'a', z: 'z', empty: false, same: true })
    expect(rows).toEqual([
      { id: '1', a: null, z: null, empty: true, same: false },
      { id: '2', a: null, z: null, empty: true, same: true },
      { id: '3', a: null, z: null, empty: true, same: true },
      held('4'),
      held('5'),
      held('6'),
    ])
    expect(await erase()).toMatchObject({ counts: { rows: 0 } })
  })
})
