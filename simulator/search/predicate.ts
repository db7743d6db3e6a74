import type { Context } from '../context.ts'
import { invalidRequest } from '../http/refusal.ts'
import type { ObjectType, Property, StoredRecord } from '../store.ts'
import type { Filter, SearchRequest } from './search-request.ts'
import { comparable, type SearchKind, searchKind, searchValue } from './search-value.ts'

export type Predicate = (record: StoredRecord) => boolean

/** Returns whether a search finds a record. Refuses unknown properties and values that cannot be compared. */
export function compilePredicate(
  context: Context,
  type: ObjectType,
  request: SearchRequest,
): Predicate {
  const groups = request.filterGroups
    .filter((group) => group.length > 0)
    .map((group) => group.map((filter) => compileFilter(context, type, filter)))
  const words = request.query.toLowerCase().split(/\s+/).filter(Boolean)
  return (record) =>
    (groups.length === 0 || groups.some((group) => group.every((holds) => holds(record)))) &&
    words.every((word) => mentions(record, type, word))
}

/** A property that can be used in filters and sorts; highly sensitive ones cannot. */
export function searchableProperty(context: Context, type: ObjectType, name: string): Property {
  const property = context.definitions.property(type.typeId, name)
  if (property !== undefined && property.dataSensitivity !== 'highly_sensitive') return property
  throw invalidRequest('There was a problem with the request.', {
    errors: [
      {
        message: `Property "${name}" does not exist`,
        code: 'PROPERTY_DOESNT_EXIST',
        context: { propertyName: [name] },
      },
    ],
  })
}

const linkPrefix = 'associations.'

function compileFilter(context: Context, type: ObjectType, filter: Filter): Predicate {
  if (filter.propertyName.startsWith(linkPrefix)) return compileLinkFilter(context, type, filter)
  const property = searchableProperty(context, type, filter.propertyName)
  const kind = searchKind(property)
  const test = compileTest(kind, filter)
  return (record) => test(searchValue(record, type, filter.propertyName))
}

function compileLinkFilter(context: Context, type: ObjectType, filter: Filter): Predicate {
  const target = context.definitions.objectType(filter.propertyName.slice(linkPrefix.length))
  const ids = new Set(filter.operator === 'IN' ? filter.values : [filter.value])
  if (filter.operator !== 'EQ' && filter.operator !== 'IN') {
    throw invalidRequest(`operator ${filter.operator} is not supported for associations`)
  }
  return (record) =>
    context.store.links(type.typeId, record.id, target.typeId).some((link) => ids.has(link.toId))
}

type Test = (value: string | undefined) => boolean

function compileTest(kind: SearchKind, filter: Filter): Test {
  switch (filter.operator) {
    case 'HAS_PROPERTY':
      return (value) => value !== undefined
    case 'NOT_HAS_PROPERTY':
      return (value) => value === undefined
    case 'EQ':
      return equals(kind, [filter.value.toLowerCase()], filter.value)
    case 'NEQ':
      return negated(equals(kind, [filter.value.toLowerCase()], filter.value))
    case 'IN':
      return equals(kind, filter.values, ...filter.values)
    case 'NOT_IN':
      return negated(equals(kind, filter.values, ...filter.values))
    case 'CONTAINS_TOKEN':
      return containsToken(filter.value)
    case 'NOT_CONTAINS_TOKEN':
      return negated(containsToken(filter.value))
    default:
      return compileComparison(kind, filter)
  }
}

function negated(test: Test): Test {
  return (value) => !test(value)
}

/**
 * Texts are compared in lower case with `lowered`. IN passes its values unchanged, so an upper-case one
 * matches nothing, as in HubSpot. All other kinds are compared with `exact`.
 */
function equals(kind: SearchKind, lowered: readonly string[], ...exact: readonly string[]): Test {
  if (kind === 'text') {
    const texts = new Set(lowered)
    return (value) => value !== undefined && texts.has(value.toLowerCase())
  }
  if (kind === 'option') {
    const options = new Set(exact)
    return (value) => value?.split(';').some((part) => options.has(part)) ?? false
  }
  const numbers = new Set(exact.map((text) => requiredNumber(kind, text)))
  return (value) => value !== undefined && numbers.has(comparable(kind, value) ?? Number.NaN)
}

function compileComparison(kind: SearchKind, filter: Filter): Test {
  const { operator } = filter
  if (kind === 'text' || kind === 'option') {
    const low = filter.value.toLowerCase()
    const high = filter.highValue.toLowerCase()
    return (value) => value !== undefined && inOrder(operator, value.toLowerCase(), low, high)
  }
  const low = requiredNumber(kind, filter.value)
  const high = operator === 'BETWEEN' ? requiredNumber(kind, filter.highValue) : low
  return (value) => {
    const found = value === undefined ? undefined : comparable(kind, value)
    return found !== undefined && inOrder(operator, found, low, high)
  }
}

function inOrder<T extends string | number>(
  operator: Filter['operator'],
  value: T,
  low: T,
  high: T,
): boolean {
  if (operator === 'LT') return value < low
  if (operator === 'LTE') return value <= low
  if (operator === 'GT') return value > low
  if (operator === 'GTE') return value >= low
  return value >= low && value <= high
}

function containsToken(pattern: string): Test {
  const source = pattern
    .toLowerCase()
    .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^\\s@.,;-]*')
  const token = new RegExp(`(^|[\\s@.,;-])${source}($|[\\s@.,;-])`)
  return (value) => value !== undefined && token.test(value.toLowerCase())
}

function requiredNumber(kind: SearchKind, text: string): number {
  const number = comparable(kind, text)
  if (number !== undefined) return number
  const wanted = kind === 'instant' ? 'a date or a number of milliseconds' : 'a number'
  throw invalidRequest(`\`${text}\` is not ${wanted}`)
}

/** Free text searches the properties that a record shows by default. */
function mentions(record: StoredRecord, type: ObjectType, word: string): boolean {
  return [type.primaryDisplayProperty, ...type.defaultProperties].some((name) =>
    record
      .value(name)
      ?.toLowerCase()
      .split(/[\s@,;-]+/)
      .some((part) => part.startsWith(word)),
  )
}
