import type { PropertyFacts } from '../../runtime/monitoring/read-properties.ts'
import { matchesSearch } from './search.ts'

/** The columns by which the list of properties can be sorted. */
const propertySorts = ['name', 'type', 'group', 'filled', 'values', 'written'] as const

export type PropertySort = (typeof propertySorts)[number]

/** A request for a part of the list of properties: all of it is in the address. */
export interface PropertyQuery {
  readonly search: string
  readonly only: 'all' | 'empty'
  readonly sort: PropertySort
  readonly order: 'up' | 'down'
  /** From 1. */
  readonly page: number
}

/** Light enough for a phone, however many properties there are. */
const propertiesOfPage = 100

/** Anything else in an address counts as the default. */
export function readPropertyQuery(asked: Readonly<Record<string, string>>): PropertyQuery {
  const { search = '', only, sort, order, page = '1' } = asked
  return {
    search: search.slice(0, 100),
    only: only === 'empty' ? 'empty' : 'all',
    sort: propertySorts.find((one) => one === sort) ?? 'name',
    order: order === 'down' ? 'down' : 'up',
    page: /^[1-9]\d{0,4}$/.test(page) ? Number(page) : 1,
  }
}

/** The address of the same list with some changes; defaults are left out. */
export function propertiesPath(
  entity: string,
  query: PropertyQuery,
  changes: Partial<PropertyQuery>,
): string {
  const { search, only, sort, order, page } = { ...query, ...changes }
  const asked = new URLSearchParams({
    ...(search !== '' && { search }),
    ...(only !== 'all' && { only }),
    ...(sort !== 'name' && { sort }),
    ...(order !== 'up' && { order }),
    ...(page !== 1 && { page: String(page) }),
  })
  const path = `/entities/${encodeURIComponent(entity)}/properties`
  return asked.size === 0 ? path : `${path}?${asked}`
}

/** One page of the properties that the query asks for. */
export interface PropertyPage {
  readonly shown: readonly PropertyFacts[]
  /** Of all pages. */
  readonly found: number
  readonly page: number
  readonly pages: number
}

/** Properties without a figure come last, in either order. */
export function listProperties(
  properties: readonly PropertyFacts[],
  { search, only, sort, order, page: asked }: PropertyQuery,
): PropertyPage {
  const found = properties.filter(
    (property) =>
      (only === 'all' || property.use?.verdict === 'empty') &&
      matchesSearch(textOf(property), search),
  )
  const direction = order === 'up' ? 1 : -1
  const sorted = found.toSorted((one, other) => {
    const [left, right] = [keyOf(one, sort), keyOf(other, sort)]
    if (left === null || right === null) return Number(left === null) - Number(right === null)
    return left === right ? 0 : (left < right ? -1 : 1) * direction
  })
  const pages = Math.max(1, Math.ceil(found.length / propertiesOfPage))
  const page = Math.min(asked, pages)
  const shown = sorted.slice((page - 1) * propertiesOfPage, page * propertiesOfPage)
  return { shown, found: found.length, page, pages }
}

/** The text that a search looks at. */
export function textOf(property: PropertyFacts): string {
  const { name, column, columnType, label, type, group, use, calculated, archived } = property
  const words = [name, column, columnType, label, type, group, use?.verdict ?? '']
  return [...words, calculated ? 'calculated' : '', archived ? 'archived' : '']
    .join(' ')
    .toLowerCase()
}

function keyOf(property: PropertyFacts, sort: PropertySort): number | string | null {
  const { name, columnType, group, use } = property
  switch (sort) {
    case 'name':
      return name
    case 'type':
      return columnType
    case 'group':
      return group.toLowerCase()
    case 'filled':
      return use?.filled ?? null
    case 'values':
      return use?.distinctValues ?? null
    case 'written':
      return use?.lastWrittenAt?.getTime() ?? null
  }
}
