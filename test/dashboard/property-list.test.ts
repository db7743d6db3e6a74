import { expect, test } from 'vitest'
import { renderProperties } from '../../dashboard/pages/properties.ts'
import { type PropertyQuery, readPropertyQuery } from '../../dashboard/pages/property-list.ts'
import type { PropertyFacts } from '../../runtime/monitoring/read-properties.ts'

const now = new Date('2026-11-25T08:00:00Z')
const hostile = '<img src=x onerror=alert(1)>'

/** Every third one is empty, and number 7 is not measured. */
function property(number: number): PropertyFacts {
  const filled = number % 3 === 0 ? 0 : number
  const name = `some_property_${String(number).padStart(4, '0')}`
  const lastWrittenAt = filled === 0 ? null : new Date(now.getTime() - number * 60_000)
  const verdict = filled === 0 ? ('empty' as const) : ('used' as const)
  const use = { measuredAt: now, records: 5_000, filled, distinctValues: filled, lastWrittenAt }
  return {
    name,
    column: `property_${name}`,
    columnType: number % 2 === 0 ? 'text' : 'timestamp with time zone',
    label: `${hostile} with a label of usual length`,
    type: 'string',
    group: 'dealinformation',
    description:
      'A sentence that says what the property is about, as HubSpot has for its own. '.repeat(4),
    calculated: false,
    archived: false,
    use: number === 7 ? null : { ...use, verdict },
  }
}

const properties = Array.from({ length: 1_200 }, (_, index) => property(index + 1))

async function render(asked: Record<string, string> = {}, list = properties): Promise<string> {
  const query: PropertyQuery = readPropertyQuery(asked)
  const place = { portalId: '1', uiDomain: 'app-eu1.hubspot.com', objectType: '0-3' }
  const facts = { entity: 'deals', label: 'Deals', hue: 'hue-0', needed: new Set<string>() }
  return String(await renderProperties({ ...facts, place, properties: list, query, now }))
}

const rowsOf = (html: string) =>
  [...html.matchAll(/value="(some_property_\d+)"/g)].map(([, name]) => name)

test('1,200 properties are pages that a phone loads quickly', async () => {
  const html = await render()
  expect(rowsOf(html)).toHaveLength(100)
  expect(html).toContain('100 of 1,200 shown')
  expect(html).toContain('Page 1 of 12')
  expect(html).toContain('href="/entities/deals/properties?page=2">Next')
  expect(Buffer.byteLength(html)).toBeLessThan(125_000)
  expect(html).not.toContain('<img')
  expect(rowsOf(await render({ page: '12' }))).toContain('some_property_1200')
  expect(rowsOf(await render({ page: '99999' }))).toContain('some_property_1200')
})

test('only the empty ones are shown, and counted as marked on other pages', async () => {
  const html = await render({ only: 'empty' })
  expect(html).toContain('100 of 400 shown')
  expect(html).toContain('300 empty properties that are not on this page count as marked')
  expect(html).toContain(
    'value="some_property_0003" aria-label="Leave some_property_0003 out" checked',
  )
  expect(html).toContain('href="/entities/deals/properties?only=empty&amp;page=2"')
})

test('columns sort the list, the second time in the other order', async () => {
  const filled = await render({ sort: 'filled', order: 'down' })
  expect(rowsOf(filled)[0]).toBe('some_property_1199')
  expect(filled).toContain(
    'aria-sort="descending"><a href="/entities/deals/properties?sort=filled">Filled</a> ▼'.replace(
      '"><a',
      '" class="right"><a',
    ),
  )
  expect(rowsOf(await render({ sort: 'written', order: 'down' }))[0]).toBe('some_property_0001')
  // Properties without a figure come last.
  expect(rowsOf(await render({ sort: 'filled', page: '12' })).at(-1)).toBe('some_property_0007')
  expect(rowsOf(await render({ sort: '"><script>', order: 'x', page: '-1' }))[0]).toBe(
    'some_property_0001',
  )
})

test('a property links to its settings in HubSpot, and its column has the type of Postgres', async () => {
  const html = await render({ search: 'some_property_0002' })
  expect(html).toContain(
    'https://app-eu1.hubspot.com/property-settings/1/properties?type=0-3&amp;action=edit&amp;property=some_property_0002',
  )
  expect(html).toMatch(
    /<code>property_some_property_0002<\/code><br><span class="hint">text, from string/,
  )
  const key = await render({}, [{ ...property(2), columnType: null }])
  expect(key).toContain('in <code>overflow</code>, from string')
})
