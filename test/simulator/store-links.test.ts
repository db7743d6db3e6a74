import { describe, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'

const store = createStore({ emptyObjects: 'absent' })
const CONTACTS = '0-1'
const COMPANIES = '0-2'
const DEALS = '0-3'
const LINE_ITEMS = '0-8'
const EMAILS = '0-49'

function idsOf(typeId: string): string[] {
  return [...store.scan(typeId, 0n, { archived: false })].map((record) => record.id)
}

const pairs = store
  .objectTypes()
  .flatMap((from) => store.objectTypes().map((to) => [from, to] as const))
  .filter(([from, to]) => store.associationTypes(from.typeId, to.typeId).length > 0)

describe('links', () => {
  test.each(pairs.map(([from, to]) => [from.name, to.name, from.typeId, to.typeId] as const))(
    'from %s to %s are the same seen from there',
    (_from, _to, from, to) => {
      const here = new Set<string>()
      for (const id of idsOf(from)) {
        const links = store.links(from, id, to)
        const ids = links.map((link) => Number(link.toId))
        expect(ids).toEqual([...new Set(ids)].sort((left, right) => left - right))
        for (const { toId, types } of links) {
          expect(types.length).toBeGreaterThan(0)
          here.add(`${id} ${toId} ${types.length}`)
        }
      }
      const there = new Set(
        idsOf(to).flatMap((id) =>
          store.links(to, id, from).map((link) => `${link.toId} ${id} ${link.types.length}`),
        ),
      )
      expect(here.size).toBeGreaterThan(0)
      expect(there).toEqual(here)
    },
  )

  test('a link may carry several types, each known to the pair', () => {
    const links = idsOf(CONTACTS).flatMap((id) => store.links(CONTACTS, id, COMPANIES))
    const known = store.associationTypes(CONTACTS, COMPANIES)
    const labels = new Set(links.flatMap((link) => link.types.map((type) => type.label)))
    expect(links.some((link) => link.types.length >= 3)).toBe(true)
    expect(links.some((link) => link.types.length === 1)).toBe(false)
    expect(labels).toEqual(new Set(known.map((type) => type.label)))
    expect(links.flatMap((link) => link.types).filter((type) => !known.includes(type))).toEqual([])
  })

  test('a few records have more links than one answer holds', () => {
    const counts = (from: string, to: string) =>
      idsOf(from).map((id) => store.links(from, id, to).length)
    expect(Math.max(...counts(COMPANIES, CONTACTS))).toBeGreaterThan(500)
    expect(Math.max(...counts(DEALS, EMAILS))).toBeGreaterThan(500)
    expect(counts(COMPANIES, CONTACTS).filter((count) => count > 500).length).toBeLessThan(3)
  })

  test('an archived record has no links, and nothing links to it', () => {
    const [archived] = store.scan(COMPANIES, 0n, { archived: true })
    expect(store.links(COMPANIES, archived?.id ?? '', CONTACTS)).toEqual([])
    const linked = new Set(
      idsOf(CONTACTS).flatMap((id) =>
        store.links(CONTACTS, id, COMPANIES).map((link) => link.toId),
      ),
    )
    expect(linked.has(archived?.id ?? '')).toBe(false)
  })

  test('values that name a linked record name the right one', () => {
    for (const record of store.scan(CONTACTS, 0n, { archived: false })) {
      const company = record.value('associatedcompanyid')
      const primary = store
        .links(CONTACTS, record.id, COMPANIES)
        .find((link) => link.types.some((type) => type.typeId === 1))
      const gone = company !== undefined && store.record(COMPANIES, company)?.archived === true
      expect(gone ? undefined : company).toBe(primary?.toId)
    }
  })

  test('types without links between them have none', () => {
    const [id = ''] = idsOf(LINE_ITEMS)
    expect(store.links(LINE_ITEMS, id, CONTACTS)).toEqual([])
  })
})
