import { describe, expect, test } from 'vitest'
import type { PropertyCodec } from '../../runtime/entity.ts'
import { unansweredNames } from '../../runtime/postgres/state/unanswered.ts'
import { bool } from '../../runtime/values/boolean.ts'
import { numeric } from '../../runtime/values/numeric.ts'
import { compareAnswered, convertRecord, planColumns, recordOf } from '../../runtime/values/row.ts'
import { text } from '../../runtime/values/text.ts'
import { timestamptz } from '../../runtime/values/timestamptz.ts'

const plan = {
  columns: planColumns({
    properties: {
      property_amount: numeric('amount'),
      property_closedate: timestamptz('closedate'),
      property_dealname: text('dealname'),
      property_hs_is_closed: bool('hs_is_closed'),
    },
  }),
}

const record = {
  id: '123',
  updatedAt: '2026-01-02T03:04:05.678Z',
  archived: false,
  properties: {},
}

test('a row holds the mapped values under short keys and leaves nulls out', () => {
  const { json, updatedAtMs, rejects, sanitized } = convertRecord(plan, {
    ...record,
    properties: {
      amount: '12.50',
      closedate: null,
      dealname: 'a "quoted"\n\\name',
      hs_is_closed: 'true',
      unmapped: 'x',
    },
  })
  expect(JSON.parse(json.toString())).toEqual({
    i: '123',
    u: '2026-01-02T03:04:05.678Z',
    c0: '12.50',
    c2: 'a "quoted"\n\\name',
    c3: 'true',
  })
  expect(updatedAtMs).toBe(Date.parse('2026-01-02T03:04:05.678Z'))
  expect(rejects).toEqual([])
  expect(sanitized).toBe(0)
})

test('a property that HubSpot left out is null, even where every object has something of its name', () => {
  const names = ['constructor', 'toString', '__proto__']
  const columns = planColumns({
    properties: Object.fromEntries(names.map((name) => [`property_${name}`, text(name)])),
  })
  const left = convertRecord({ columns }, record)
  expect(JSON.parse(left.json.toString())).toEqual({ i: '123', u: record.updatedAt })
  const properties = JSON.parse('{"__proto__":"a","constructor":"b","toString":"c"}')
  const set = convertRecord({ columns }, { ...record, properties })
  expect(JSON.parse(set.json.toString())).toMatchObject({ c0: 'b', c1: 'c', c2: 'a' })
})

test('cleared values are null, archived records say so', () => {
  const properties = { amount: '', dealname: '', hs_is_closed: '' }
  const { json } = convertRecord(plan, { ...record, archived: true, properties })
  expect(JSON.parse(json.toString())).toEqual({ i: '123', u: record.updatedAt, d: true })
})

test('what does not fit is left out and handed over with its reason', () => {
  const properties = { amount: 'a lot', closedate: '1;2', dealname: 'kept' }
  const { json, rejects } = convertRecord(plan, { ...record, properties })
  expect(JSON.parse(json.toString())).toMatchObject({ c2: 'kept' })
  expect(rejects).toEqual([
    { property: 'amount', rawValue: 'a lot', reason: 'not_a_number' },
    { property: 'closedate', rawValue: '1;2', reason: 'several_values' },
  ])
})

test('of several columns of a property, the last one says whether a value fits', () => {
  const retyped = (before: PropertyCodec, now: PropertyCodec) => ({
    columns: planColumns({ properties: { property_amount: before, property_amount__now: now } }),
  })
  const kept = convertRecord(retyped(numeric('amount'), text('amount')), {
    ...record,
    properties: { amount: 'much' },
  })
  expect(kept.rejects).toEqual([])
  expect(JSON.parse(kept.json.toString())).toMatchObject({ c1: 'much' })
  const rejected = convertRecord(retyped(text('amount'), numeric('amount')), {
    ...record,
    properties: { amount: 'much' },
  })
  expect(rejected.rejects).toEqual([
    { property: 'amount', rawValue: 'much', reason: 'not_a_number' },
  ])
  expect(JSON.parse(rejected.json.toString())).toMatchObject({ c0: 'much' })
})

test('characters that Postgres cannot store are removed and counted, in values and rejects', () => {
  const properties = { amount: 'x\0', closedate: '\0', dealname: 'a\0b\ud800c' }
  const { json, rejects, sanitized } = convertRecord(plan, { ...record, properties })
  expect(JSON.parse(json.toString())).toMatchObject({ c2: 'abc' })
  expect(rejects).toEqual([{ property: 'amount', rawValue: 'x', reason: 'not_a_number' }])
  expect(sanitized).toBe(4)
})

test('a record can be restored from its row, as HubSpot sent it: its set and mapped properties', () => {
  const properties = {
    amount: 'a lot',
    closedate: '1660418951000',
    dealname: 'é',
    hs_is_closed: 'yes',
    other: '1',
  }
  const converted = convertRecord(plan, { ...record, archived: true, properties })
  expect(recordOf(plan, converted)).toEqual({
    id: '123',
    updatedAt: record.updatedAt,
    archived: true,
    properties: { amount: 'a lot', closedate: '1660418951000', dealname: 'é', hs_is_closed: 'yes' },
  })
})

test('a record keeps what was not answered apart from what was null', () => {
  const answered = { amount: '1', closedate: null, hs_is_closed: null }
  const converted = convertRecord(plan, { ...record, properties: answered })
  expect(converted.unanswered).toEqual(['dealname'])
  const held = JSON.parse(JSON.stringify(recordOf(plan, converted)))
  expect(held).toEqual({ ...record, properties: { amount: '1' }, unanswered: ['dealname'] })
  expect(convertRecord(plan, held)).toEqual(converted)
})

test('a property may have a name that every object has', () => {
  const columns = planColumns({ properties: { property_constructor: text('constructor') } })
  expect(convertRecord({ columns }, record).unanswered).toEqual(['constructor'])
  const properties = JSON.parse('{"constructor":null}')
  expect(convertRecord({ columns }, { ...record, properties }).unanswered).toEqual([])
})

describe('records of one answer', () => {
  const columns = planColumns({ properties: { name: text('name'), size: text('size') } })
  const record = (id: string, properties: Readonly<Record<string, string | null>>) =>
    convertRecord(
      { columns },
      { id, properties, updatedAt: '2026-01-01T00:00:00Z', archived: false },
    )

  test('lack a name that others have, which is not a name that HubSpot does not answer', () => {
    const records = compareAnswered([
      record('1', { name: 'a', size: null }),
      record('2', { name: 'b' }),
    ])
    expect(records.map(({ answeredForOthers }) => answeredForOthers)).toEqual([[], ['size']])
    expect(unansweredNames(records)).toEqual([])
  })

  test('all lack what HubSpot does not answer, one record alone too', () => {
    const all = compareAnswered([record('1', { name: 'a' }), record('2', { name: 'b' })])
    expect(unansweredNames(all)).toEqual(['size'])
    expect(unansweredNames(compareAnswered([record('1', { name: 'a' })]))).toEqual(['size'])
  })
})
