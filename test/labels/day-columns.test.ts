import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Analysis, PortalFacts } from '../../generator/model/analysis.ts'
import { buildAnalysis, type PropertyDefinition } from '../../generator/model/build-analysis.ts'
import { dayColumns, portalZone } from '../../generator/model/day-columns.ts'
import { render } from '../../generator/render/render.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { applyLabels, labelledViewState } from '../../runtime/postgres/schema/apply-labels.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { migrationText } from '../support/migration-names.ts'
import {
  createDatabase,
  type Postgres15,
  postgres15Missing,
  startPostgres15,
  type TestDatabase,
} from '../support/postgres.ts'

const datetime = (name: string, rest: Partial<PropertyDefinition> = {}) =>
  defineProperty(name, 'datetime', rest)
const inZone = (timeZone: string): PortalFacts => ({ id: 8100142, timeZone, currency: 'USD' })

function analyze(portal: PortalFacts | null, ...definitions: PropertyDefinition[]): Analysis {
  return buildAnalysis(dealFacts(definitions, { portal }), null, null).analysis
}

describe('which datetimes have a day in the portal’s time zone', () => {
  const names = (analysis: Analysis) => dayColumns(analysis).map(({ name }) => name)
  const arizona = inZone('US/Arizona')

  test('those that people read as days: not HubSpot’s bookkeeping, nor dates and texts', () => {
    const analysis = analyze(
      arizona,
      datetime('closedate', { hubspotDefined: true }),
      datetime('renewal'),
      datetime('createdate'),
      datetime('hs_timestamp'),
      datetime('hs_date_entered_closedwon', { hubspotDefined: true }),
      datetime('hs_lastmodifieddate'),
      defineProperty('birthday', 'date'),
      defineProperty('written', 'string'),
    )
    expect(names(analysis)).toEqual([
      'property_closedate_day',
      'property_createdate_day',
      'property_hs_timestamp_day',
      'property_renewal_day',
    ])
  })

  test('none without a time zone, nor with a text that is no zone’s name', () => {
    const closedate = datetime('closedate')
    for (const portal of [
      null,
      inZone(''),
      inZone("UTC'; DROP SCHEMA hubspot CASCADE; --"),
      inZone('Europe/Berlin\n'),
      inZone('<+05>-5'),
      inZone('../etc/passwd'),
    ]) {
      expect(portalZone({ portal })).toBe(null)
      expect(names(analyze(portal, closedate))).toEqual([])
      const view = render([analyze(portal, closedate)], []).get('deals/labelled.sql') ?? ''
      expect(view).not.toMatch(/zone/i)
    }
    for (const zone of ['UTC', 'US/Eastern', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5']) {
      expect(portalZone({ portal: inZone(zone) })).toBe(zone)
    }
  })

  test('its name is no other column’s, and no longer than a name may be', () => {
    const long = `renewal_${'of_the_contract_'.repeat(3)}`
    const analysis = analyze(
      arizona,
      datetime('closedate'),
      defineProperty('closedate_day', 'string'),
      datetime(long),
      datetime(`${long}x`),
    )
    const columns = analysis.properties.map(({ column }) => column.name)
    const days = names(analysis)
    expect(days[0]).toMatch(/^property_closedate_[0-9a-f]{8}_day$/)
    expect(new Set([...columns, ...days]).size).toBe(columns.length + days.length)
    expect(days).toHaveLength(3)
    for (const name of days) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63)
  })

  test('only as many as the view has room for', () => {
    const many = Array.from({ length: 1_592 }, (_, index) => defineProperty(`p${index}`))
    const full = analyze(arizona, ...many, datetime('a'), datetime('b'))
    expect(names(full)).toEqual([])
    expect(names(analyze(arizona, ...many.slice(1), datetime('a'), datetime('b')))).toEqual([
      'property_a_day',
    ])
  })
})

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
  })

  beforeEach(async () => {
    if (unavailable === undefined) await postgres.query('DROP SCHEMA IF EXISTS hubspot CASCADE')
  })

  afterAll(async () => {
    await database?.close()
    await postgres?.close()
    await server?.[Symbol.asyncDispose]()
  })

  const it = test.skipIf(unavailable !== undefined)

  const filesOf = (analysis: Analysis) => {
    const files = render([analysis], [])
    const text = (name: string) => files.get(name) ?? ''
    return {
      table: migrationText(files, 'migrations/0001_deals_create.sql'),
      view: {
        entity: 'deals',
        labels: text('deals/labels.sql'),
        labelled: text('deals/labelled.sql'),
      },
    }
  }

  async function open(analysis: Analysis) {
    const { table, view } = filesOf(analysis)
    await postgres.query(table)
    return applyLabels(database, [view])
  }

  async function insert(...values: readonly string[]): Promise<void> {
    for (const [index, value] of values.entries()) {
      await postgres.query(
        'INSERT INTO hubspot.deal (id, updated_at, property_closedate) VALUES ($1, now(), $2)',
        [index + 1, value],
      )
    }
  }

  const days = async () =>
    (
      await postgres.query<{ day: string | null }>(
        'SELECT property_closedate_day::text AS day FROM hubspot.deal_labelled ORDER BY id',
      )
    ).map(({ day }) => day)

  it('the day is the one that people in the portal’s zone saw', async () => {
    await open(analyze(inZone('US/Arizona'), datetime('closedate')))
    await insert('2023-04-01T01:09:44Z', '2023-04-01T06:59:59.999Z', '2023-04-01T07:00:00Z')
    expect(await days()).toEqual(['2023-03-31', '2023-03-31', '2023-04-01'])
    const [types] = await postgres.query(
      `SELECT pg_typeof(property_closedate_day)::text AS day FROM hubspot.deal_labelled LIMIT 1`,
    )
    expect(types).toEqual({ day: 'date' })
  })

  it('daylight saving counts, whatever zone the session has', async () => {
    await open(analyze(inZone('Europe/Berlin'), datetime('closedate')))
    await insert(
      '2026-03-28T22:59:59Z',
      '2026-03-28T23:00:00Z',
      '2026-03-29T21:59:59Z',
      '2026-03-29T22:00:00Z',
    )
    const expected = ['2026-03-28', '2026-03-29', '2026-03-29', '2026-03-30']
    expect(await days()).toEqual(expected)
    await postgres.query(`ALTER DATABASE ${postgres.name} SET timezone = 'Asia/Tokyo'`)
    await postgres.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`)
    await postgres.query("SET timezone = 'Asia/Kathmandu'")
    expect(await days()).toEqual(expected)
    await postgres.query('RESET timezone')
    await postgres.query(`ALTER DATABASE ${postgres.name} RESET timezone`)
  })

  it('the ends of time stop no query', async () => {
    await open(analyze(inZone('Asia/Tokyo'), datetime('closedate')))
    await insert('4714-11-24 00:00+00 BC', '294276-12-31 23:59:59+00', '9999-12-31T23:59:59Z')
    expect(await days()).toEqual([null, null, '10000-01-01'])
  })

  it('a zone that the server does not know leaves the days null and everything else as it is', async () => {
    const mars = analyze(inZone('Mars/Phobos'), datetime('closedate'))
    expect(await open(mars)).toEqual({
      views: ['hubspot.deal_labelled'],
      unknownZone: 'Mars/Phobos',
    })
    await insert('2023-04-01T01:09:44Z')
    expect(await days()).toEqual([null])
    const { view } = filesOf(mars)
    expect(await applyLabels(database, [view])).toEqual({ views: [], unknownZone: 'Mars/Phobos' })
    expect(await labelledViewState(database, view)).toBe('current')
    const moved = filesOf(analyze(inZone('US/Arizona'), datetime('closedate'))).view
    expect(await labelledViewState(database, moved)).toBe('changed')
    expect(await applyLabels(database, [moved])).toEqual({ views: ['hubspot.deal_labelled'] })
    expect(await days()).toEqual(['2023-03-31'])
  })

  it('a view from before takes the day as its last column, and what reads it stays', async () => {
    const before = analyze(inZone(''), datetime('closedate'), defineProperty('zeta'))
    await open(before)
    await postgres.query(
      'CREATE OR REPLACE VIEW public.report AS SELECT property_closedate FROM hubspot.deal_labelled',
    )
    const { view } = filesOf(
      analyze(inZone('US/Pacific'), datetime('closedate'), defineProperty('zeta')),
    )
    expect(await applyLabels(database, [view])).toEqual({ views: ['hubspot.deal_labelled'] })
    const columns = await postgres.query<{ name: string }>(
      `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = 'hubspot.deal_labelled'::regclass AND attnum > 6 ORDER BY attnum`,
    )
    expect(columns.map(({ name }) => name)).toEqual([
      'property_closedate',
      'property_zeta',
      'property_closedate_day',
    ])
    await insert('2026-01-01T07:59:59Z')
    expect(await days()).toEqual(['2025-12-31'])
  })

  it('a datetime without a column of its own has its day as well', async () => {
    const analysis = analyze(inZone('US/Arizona'), datetime('closedate'))
    const [property] = analysis.properties
    const overflowing = {
      ...analysis,
      properties:
        property === undefined
          ? []
          : [{ ...property, column: { ...property.column, overflow: 'The table has no room.' } }],
    }
    await open(overflowing)
    await postgres.query(
      `INSERT INTO hubspot.deal (id, updated_at, overflow)
      VALUES (1, now(), '{"property_closedate": "2023-04-01 01:09:44+00"}')`,
    )
    expect(await days()).toEqual(['2023-03-31'])
  })
})
