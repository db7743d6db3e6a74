import {
  bodyObject,
  type Call,
  invalidInteger,
  isObject,
  stringList,
  textField,
} from '../http/call.ts'
import { invalidRequest } from '../http/refusal.ts'

const operators = [
  'EQ',
  'NEQ',
  'LT',
  'LTE',
  'GT',
  'GTE',
  'BETWEEN',
  'IN',
  'NOT_IN',
  'HAS_PROPERTY',
  'NOT_HAS_PROPERTY',
  'CONTAINS_TOKEN',
  'NOT_CONTAINS_TOKEN',
] as const

type Operator = (typeof operators)[number]

export interface Filter {
  readonly propertyName: string
  readonly operator: Operator
  /** Empty if the operator takes none. */
  readonly value: string
  readonly highValue: string
  readonly values: readonly string[]
}

export interface Sort {
  readonly propertyName: string
  readonly direction: 'ASCENDING' | 'DESCENDING'
}

export interface SearchRequest {
  /** Alternatives; all filters of a group must hold. */
  readonly filterGroups: readonly (readonly Filter[])[]
  readonly query: string
  readonly sort: Sort | undefined
  readonly properties: readonly string[]
  readonly limit: number
  /** The request's `after`: in searches it counts results, unlike in the list. */
  readonly offset: number
}

const mostResults = 200
const defaultResults = 10
/** No search can be paged further, whatever its total. */
export const searchCeiling = 10_000
const mostGroups = 5
const mostFiltersInGroup = 6
const mostFilters = 18

/** Refuses invalid requests as HubSpot does, before reading any record. */
export function readSearchRequest(call: Call, mostCharacters: number): SearchRequest {
  if (call.bodyText.length > mostCharacters) {
    throw invalidRequest(`The request body must not exceed ${mostCharacters} characters`)
  }
  const body = bodyObject(call)
  const { sorts } = body
  const limit = integerField(body, 'limit', defaultResults)
  if (limit < 0 || limit > mostResults) {
    throw invalidRequest(`limit must be between 0 and ${mostResults}, found ${limit}`)
  }
  const offset = integerField(body, 'after', 0)
  if (offset < 0 || offset + limit > searchCeiling) {
    throw invalidRequest(`Paging is limited to ${searchCeiling} results, found after ${offset}`)
  }
  return {
    filterGroups: readFilterGroups(body),
    query: textField(body, 'query') ?? '',
    sort: readSort(sorts),
    properties: stringList(body, 'properties'),
    limit,
    offset,
  }
}

function integerField(
  body: Readonly<Record<string, unknown>>,
  name: string,
  absent: number,
): number {
  const text = textField(body, name)
  if (text === undefined || text === '') return absent
  if (!/^-?\d+$/.test(text)) throw invalidInteger(name, text)
  return Number(text)
}

function readFilterGroups(body: Readonly<Record<string, unknown>>): readonly (readonly Filter[])[] {
  const { filterGroups } = body
  const groups = objectList(filterGroups, 'filterGroups').map(({ filters }) =>
    objectList(filters, 'filters').map(readFilter),
  )
  if (groups.length > mostGroups) throw tooMany('filterGroups', mostGroups, groups.length)
  for (const group of groups) {
    if (group.length > mostFiltersInGroup) {
      throw tooMany('filters in a group', mostFiltersInGroup, group.length)
    }
  }
  const count = groups.flat().length
  if (count > mostFilters) throw tooMany('filters', mostFilters, count)
  return groups
}

function readFilter(filter: Readonly<Record<string, unknown>>): Filter {
  const propertyName = textField(filter, 'propertyName') ?? ''
  const name = textField(filter, 'operator') ?? ''
  const operator = operators.find((known) => known === name)
  if (operator === undefined) throw invalidRequest(`Invalid operator: \`${name}\``)
  const read: Filter = {
    propertyName,
    operator,
    value: textField(filter, 'value') ?? '',
    highValue: textField(filter, 'highValue') ?? '',
    values: stringList(filter, 'values'),
  }
  const missing = missingPart(read)
  if (missing === undefined) return read
  throw invalidRequest(`operator ${operator} requires \`${missing}\` for \`${propertyName}\``)
}

function missingPart(filter: Filter): string | undefined {
  if (filter.operator === 'IN' || filter.operator === 'NOT_IN') {
    return filter.values.length === 0 ? 'values' : undefined
  }
  if (filter.operator.endsWith('HAS_PROPERTY')) return undefined
  if (filter.value === '') return 'value'
  return filter.operator === 'BETWEEN' && filter.highValue === '' ? 'highValue' : undefined
}

/** Accepts both forms: `{propertyName, direction}` and the text `-createdate`. */
function readSort(sorts: unknown): Sort | undefined {
  if (sorts === undefined || sorts === null) return undefined
  if (!Array.isArray(sorts)) throw invalidRequest('`sorts` is not a list')
  if (sorts.length > 1) throw tooMany('sorts', 1, sorts.length)
  const sort: unknown = sorts[0]
  if (sort === undefined) return undefined
  if (typeof sort === 'string') {
    const descending = sort.startsWith('-')
    const propertyName = descending ? sort.slice(1) : sort
    return { propertyName, direction: descending ? 'DESCENDING' : 'ASCENDING' }
  }
  if (!isObject(sort)) throw invalidRequest('a sort is neither text nor an object')
  const descending = textField(sort, 'direction') === 'DESCENDING'
  return {
    propertyName: textField(sort, 'propertyName') ?? '',
    direction: descending ? 'DESCENDING' : 'ASCENDING',
  }
}

function objectList(value: unknown, name: string): readonly Readonly<Record<string, unknown>>[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalidRequest(`\`${name}\` is not a list`)
  return value.map((entry: unknown) => {
    if (isObject(entry)) return entry
    throw invalidRequest(`\`${name}\` holds something that is not an object`)
  })
}

function tooMany(what: string, most: number, found: number): Error {
  return invalidRequest(`Too many ${what}: at most ${most} are allowed, found ${found}`)
}
