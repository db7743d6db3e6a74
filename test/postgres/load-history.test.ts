import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { HistoryTable } from '../../runtime/entity.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { type HistoryRow, loadHistory } from '../../runtime/postgres/load/load-history.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'

describe.each([{ version: 18 }, { version: 15 }])('on Postgres $version', ({ version }) => {
  const unavailable = version === 15 ? postgres15Missing : undefined
  let server: Postgres15 | undefined
  let postgres: TestDatabase
  let database: Database

  beforeAll(async () => {
    if (unavailable !== undefined) return
    server = version === 15 ? await startPostgres15() : undefined
    postgres = await createDatabase(server?.url)
    const settings = readDatabaseSettings({ DATABASE_URL: postgres.url }, process.cwd())
    database = await openDatabase(settings)
    await postgres.query(`CREATE TABLE deal_property_history (
      deal_id bigint, name text, timestamp timestamptz, value text, source text, source_id text,
      _fivetran_synced timestamptz NOT NULL, PRIMARY KEY (deal_id, name, timestamp))`)
  })

  beforeEach(async () => {
    if (unavailable === undefined) await postgres.query('TRUNCATE deal_property_history')
  })

  afterAll(async () => {
    await database?.close()
    await postgres?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const it = test.skipIf(unavailable !== undefined)
  const table: HistoryTable = {
    table: 'public.deal_property_history',
    idColumn: 'deal_id',
    properties: ['dealstage'],
  }

  /** Newest first, as HubSpot sends them. */
  function load(...versions: readonly HistoryRow[]) {
    return database.kysely
      .transaction()
      .execute((transaction) => loadHistory(transaction, table, versions))
  }

  const version1 = (value: string | null, timestamp = moment, more: Partial<HistoryRow> = {}) => ({
    id: '1001',
    property: 'dealstage',
    timestamp,
    value,
    source: 'CRM_UI',
    sourceId: null,
    ...more,
  })
  const moment = '2026-01-01T00:00:00.500Z'

  /** `µs behind the moment` and value. */
  async function stored(): Promise<readonly string[]> {
    const rows = await postgres.query<{ id: string; behind: string; value: string | null }>(
      `SELECT deal_id AS id, value,
        (extract(epoch FROM timestamp - '${moment}') * 1000000)::bigint AS behind
      FROM deal_property_history ORDER BY deal_id, name, timestamp`,
    )
    return rows.map(({ id, behind, value }) => `${id === '1001' ? '' : id}${behind} ${value}`)
  }

  it('several values of one millisecond are all kept, the oldest at its time', async () => {
    const rows = [
      version1('c'),
      version1('b'),
      version1('a'),
      version1('a', '2025-12-31T00:00:00Z'),
    ]
    expect(await load(...rows)).toEqual({ inserted: 4, updated: 0, unchanged: 0 })
    expect(await stored()).toEqual(['-86400500000 a', '0 a', '1 b', '2 c'])
    expect(await load(...rows)).toEqual({ inserted: 0, updated: 0, unchanged: 4 })
  })

  it('a version that comes twice is one; a value that was left and taken again is two', async () => {
    await load(version1('a'), version1('a'), version1('b'), version1('a'), version1('a'))
    expect(await stored()).toEqual(['0 a', '1 b', '2 a'])
  })

  it('the same value from two sources is two versions, and a cleared one is a version', async () => {
    await load(version1(null), version1('a', moment, { sourceId: '7' }), version1('a'))
    expect(await stored()).toEqual(['0 a', '1 a', '2 null'])
  })

  it('a newer value within the millisecond moves none of those that are there', async () => {
    await load(version1('b'), version1('a'))
    expect(await load(version1('c'), version1('b'), version1('a'))).toEqual({
      inserted: 1,
      updated: 0,
      unchanged: 2,
    })
    expect(await stored()).toEqual(['0 a', '1 b', '2 c'])
  })

  it('what HubSpot has forgotten stays, in its place', async () => {
    await load(version1('c'), version1('b'), version1('a'))
    expect(await load(version1('c'))).toMatchObject({ inserted: 0, updated: 0 })
    await load(version1('d'), version1('c'), version1('b'))
    expect(await stored()).toEqual(['0 a', '1 b', '2 c', '3 d'])
  })

  it('a copy that held the newest value alone has the older ones in front of it', async () => {
    await load(version1('c'))
    await load(version1('c'), version1('b'), version1('a'))
    expect(await stored()).toEqual(['0 a', '1 b', '2 c'])
  })

  it('times to the microsecond stay as they are where they differ', async () => {
    const at = (micros: string) => `2026-01-01T00:00:00.500${micros}Z`
    await load(version1('c', at('007')), version1('b', at('001')), version1('a', at('000')))
    expect(await stored()).toEqual(['0 a', '1 b', '7 c'])
    await load(version1('y', at('900')), version1('x', at('900')), version1('w', at('899')))
    expect(await stored()).toEqual(['0 a', '1 b', '7 c', '899 w', '900 x', '901 y'])
  })

  it('more values than a millisecond has microseconds end nothing', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => version1(`${1_200 - index}`))
    expect(await load(...many)).toMatchObject({ inserted: 1_200 })
    expect((await stored()).at(-1)).toBe('1199 1200')
    await load(version1('next', '2026-01-01T00:00:00.501Z'), ...many)
  })

  it('whatever the order of reading: what was read is there, in HubSpot’s order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ value: fc.constantFrom('a', 'b', null), ms: fc.integer({ min: 0, max: 2 }) }),
          { maxLength: 12 },
        ),
        fc.array(fc.nat(12), { maxLength: 4 }),
        async (history, reads) => {
          await postgres.query('TRUNCATE deal_property_history')
          const oldestFirst = history
            .toSorted((a, b) => a.ms - b.ms)
            // HubSpot keeps no version that changes nothing.
            .filter(({ value, ms }, index, all) => {
              const before = all[index - 1]
              return before?.value !== value || before.ms !== ms
            })
            .map(({ value, ms }) => version1(value, `2026-01-01T00:00:00.50${ms}Z`))
          const ends = [...reads.toSorted((a, b) => a - b), oldestFirst.length]
          for (const end of ends) await load(...oldestFirst.slice(0, end).toReversed())
          const behind = new Map<string, number>()
          const expected = oldestFirst.map(({ value, timestamp }) => {
            const place = behind.get(timestamp) ?? 0
            behind.set(timestamp, place + 1)
            return `${(Date.parse(timestamp) - Date.parse(moment)) * 1000 + place} ${value}`
          })
          expect(await stored()).toEqual(expected)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('a batch of many records touches each row once', async () => {
    const rows = Array.from({ length: 500 }, (_, index) =>
      ['b', 'a'].map((value) => version1(value, moment, { id: `${2_000 + index}` })),
    ).flat()
    expect(await load(...rows)).toEqual({ inserted: 1_000, updated: 0, unchanged: 0 })
    expect(await load(...rows)).toEqual({ inserted: 0, updated: 0, unchanged: 1_000 })
  })
})
