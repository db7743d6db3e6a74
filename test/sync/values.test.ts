import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AnalyzedProperty } from '../../generator/model/analysis.ts'
import { canonicalSql, expectedValue, plainDecimal, storable } from '../support/expected-value.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'

/** Enough for every oddity of the simulator to occur. */
const records = 2_000

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('deals', { records: { deals: records }, compression: 'gzip' })
})

afterAll(() => portal[Symbol.asyncDispose]())

function columns(): readonly AnalyzedProperty[] {
  return portal.analysis.properties.filter(({ archived }) => !archived)
}

interface TableRow {
  readonly id: string
  readonly stamp: string
  readonly [column: string]: string | null
}

/** Canonical text by property, of every row by id. */
async function readTable(): Promise<Map<string, TableRow>> {
  const values = columns().map(
    ({ column }, index) => `${canonicalSql(column.type, `"${column.name}"`)} AS c${index}`,
  )
  const stamp = canonicalSql('timestamptz', 'updated_at')
  const rows = await portal.database.query<TableRow>(
    `SELECT id, portal_id, is_deleted::text, _fivetran_deleted::text AS deleted, ${stamp} AS stamp,
      ${values.join(', ')} FROM hubspot.deal`,
  )
  return new Map(rows.map((row) => [row.id, row]))
}

describe('a first sync of deals', () => {
  it('says what it did', async () => {
    const report = await portal.sync()
    expect(report).toMatchObject({
      outcome: 'succeeded',
      read: portal.simulator.store.count('0-3'),
      inserted: portal.simulator.store.count('0-3'),
      updated: 0,
      unchanged: 0,
      rejectedRecords: 0,
      batches: 2,
      retries: 0,
      error: null,
    })
    expect(report.rejectedValues).toBeGreaterThan(20)
    expect(report.sanitized).toBeGreaterThan(0)
  })

  it('leaves rows that equal the records, value by value', async () => {
    const rows = await readTable()
    const problems: string[] = []
    let compared = 0
    for (const record of portal.simulator.store.scan('0-3', 0n, { archived: false })) {
      const row = rows.get(record.id)
      rows.delete(record.id)
      expect(row).toMatchObject({ portal_id: '8100142', is_deleted: 'false', deleted: 'false' })
      expect(row?.stamp).toBe(expectedValue('timestamptz', record.updatedAt))
      for (const [index, { name, column }] of columns().entries()) {
        const raw = record.value(name)
        const expected = expectedValue(column.type, raw)
        const stored = row?.[`c${index}`] ?? null
        const found = column.type === 'numeric' && stored !== null ? plainDecimal(stored) : stored
        const wanted = typeof expected === 'string' ? expected : null
        compared++
        if (found !== wanted) problems.push(`${record.id} ${name}: ${raw} became ${found}`)
      }
    }
    expect(problems).toEqual([])
    expect([...rows.keys()]).toEqual([])
    expect(compared).toBe(columns().length * portal.simulator.store.count('0-3'))
  })

  it('accounts for every value that is not there in the quarantine', async () => {
    const expected: string[] = []
    for (const record of portal.simulator.store.scan('0-3', 0n, { archived: false })) {
      for (const { name, column } of columns()) {
        const raw = record.value(name)
        if (typeof expectedValue(column.type, raw) !== 'object' || raw === undefined) continue
        if (expectedValue(column.type, raw) === null) continue
        expected.push(`${record.id} ${name} ${storable(raw)}`)
      }
    }
    const rows = await portal.database.query<Record<string, string>>(
      `SELECT record_id || ' ' || property || ' ' || raw_value AS value, entity
      FROM hubgen.quarantine`,
    )
    expect(rows.map(({ value }) => value).sort()).toEqual(expected.sort())
    expect(new Set(rows.map(({ entity }) => entity))).toEqual(new Set(['deals']))
    const runs = await portal.database.query('SELECT * FROM hubgen.run')
    expect(runs).toMatchObject([
      { entity: 'deals', mode: 'full', outcome: 'succeeded', rejected_values: `${rows.length}` },
    ])
  })
})

describe('a second sync', () => {
  it('rewrites nothing and quarantines nothing twice', async () => {
    const before = await physicalRows()
    const rejects = await portal.database.query('SELECT * FROM hubgen.quarantine ORDER BY id')
    const report = await portal.sync()
    expect(report).toMatchObject({
      outcome: 'succeeded',
      inserted: 0,
      updated: 0,
      unchanged: report.read,
    })
    expect(await physicalRows()).toEqual(before)
    expect(await portal.database.query('SELECT * FROM hubgen.quarantine ORDER BY id')).toEqual(
      rejects,
    )
  })

  it('rewrites the one record that changed, and its values leave the quarantine', async () => {
    const [reject] = await portal.database.query<{ record_id: string; property: string }>(
      'SELECT record_id, property FROM hubgen.quarantine ORDER BY record_id::bigint LIMIT 1',
    )
    if (reject === undefined) throw new Error('nothing in the quarantine')
    const { record_id: id, property } = reject
    portal.simulator.store.update('0-3', id, { [property]: null, dealname: 'Renamed' })
    expect(await portal.sync({ limit: 500 })).toMatchObject({ updated: 1, inserted: 0 })
    expect(await portal.row(id)).toMatchObject({ property_dealname: 'Renamed' })
    const left = await portal.database.query(
      'SELECT FROM hubgen.quarantine WHERE record_id = $1 AND property = $2',
      [id, property],
    )
    expect(left).toEqual([])
  })

  it('does not bring an older version back over what was written since it began', async () => {
    const [first] = portal.simulator.store.scan('0-3', 0n, { archived: false })
    if (first === undefined) throw new Error('no deals')
    await portal.database.query(
      `UPDATE hubspot.deal SET updated_at = updated_at + interval '1 day',
        _fivetran_synced = now() + interval '1 hour',
        property_dealname = 'From the future' WHERE id = $1`,
      [first.id],
    )
    expect(await portal.sync({ limit: 100 })).toMatchObject({ updated: 0, unchanged: 100 })
    expect(await portal.row(first.id)).toMatchObject({ property_dealname: 'From the future' })
  })
})

/** Where each row lies: an update would move it. */
async function physicalRows(): Promise<unknown[]> {
  return portal.database.query('SELECT id, ctid::text, xmin::text FROM hubspot.deal ORDER BY id')
}
