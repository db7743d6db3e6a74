import { createHash } from 'node:crypto'
import type { Analysis, AnalyzedProperty, ColumnType } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'
import { hasOwnColumn } from './overflow.ts'
import { findRelationships, type Relationship } from './relationships.ts'

type IndexKind =
  | 'key'
  | 'owner'
  | 'created'
  | 'modified'
  | 'synced'
  | 'deleted'
  | 'pipeline'
  | 'stage'
  | 'record'
  | 'extra'

/** One index on one column of an entity's table. */
export interface Index {
  /** `idx_hubspot_<entity>_<what>`, at most 63 bytes. */
  readonly name: string
  readonly kind: IndexKind
  /** Unquoted. */
  readonly column: string
  readonly columnType: ColumnType
  /** Null for a system column. */
  readonly property: AnalyzedProperty | null
  readonly method: 'btree' | 'hash'
  /** The SQL condition of a partial index; null for a full one. */
  readonly predicate: string | null
  /** One sentence. */
  readonly reason: string
}

interface Wanted {
  readonly kind: IndexKind
  readonly property: AnalyzedProperty
  readonly reason: string
}

const HASH_DIGITS = 8

/**
 * The indexes of an entity's table: key, owner, created, modified, the columns that refer to other tables,
 * synced, and the deleted rows. Each column has at most one, which keeps writing cheap. If the modified
 * property has no sortable column, `updated_at` takes its place. A column of pipelines is left out while HubSpot
 * has a single pipeline: its index would find every record.
 */
export function planIndexes(analysis: Analysis): readonly Index[] {
  const relationships = findRelationships(analysis)
  const wanted = [
    ...named(analysis.keyProperty, analysis, 'key', 'Find a record by its name.'),
    ...related(relationships, 'owner'),
    ...dated(analysis.createdProperty, analysis, 'created', 'New records by period.'),
    ...dated(analysis.modifiedProperty, analysis, 'modified', 'Latest changes in HubSpot.'),
    ...(analysis.pipelines.length === 1 ? [] : related(relationships, 'pipeline')),
    ...related(relationships, 'stage'),
    ...related(relationships, 'record'),
    ...(analysis.extraIndexes ?? []).flatMap((name) =>
      named(name, analysis, 'extra', 'Configured in hubgen.config.ts.'),
    ),
  ]
  const indexes = wanted.map((want) => propertyIndex(analysis.entity, want))
  if (!wanted.some((want) => want.kind === 'modified')) {
    indexes.push(
      systemIndex(analysis.entity, 'modified', 'updated_at', 'Latest changes in HubSpot.'),
    )
  }
  indexes.push(
    systemIndex(
      analysis.entity,
      'synced',
      '_fivetran_synced',
      'Rows changed here since a given time.',
    ),
  )
  indexes.push(deletedIndex(analysis.entity))
  const seen = new Set<string>()
  return nameApart(
    analysis.entity,
    indexes.filter((index) => !seen.has(index.column) && seen.add(index.column)),
  )
}

/**
 * Columns `size` and `property_size` would share an index name: the later index uses the whole column name.
 */
function nameApart(entity: string, indexes: readonly Index[]): readonly Index[] {
  const taken = new Set<string>()
  return indexes.map((index) => {
    const name = taken.has(index.name)
      ? indexName(
          entity,
          index.predicate === null ? index.column : `${index.column}_where_${index.predicate}`,
        )
      : index.name
    taken.add(name)
    return { ...index, name }
  })
}

/**
 * `idx_hubspot_<entity>_<what>`; longer names are cut and end in `_` and 8 hex digits of the SHA-256.
 * @internal Exported for tests.
 */
export function indexName(entity: string, what: string): string {
  const whole = `idx_hubspot_${entity}_${what}`
  if (byteLength(whole) <= IDENTIFIER_BYTES) return whole
  const hash = createHash('sha256').update(whole, 'utf8').digest('hex').slice(0, HASH_DIGITS)
  return `${cutToBytes(whole, IDENTIFIER_BYTES - HASH_DIGITS - 1)}_${hash}`
}

/** A sentence for each configured index on a property in the overflow column, which cannot have one. */
export function findUnindexed({
  entity,
  extraIndexes = [],
  properties,
}: Analysis): readonly string[] {
  return properties
    .filter((property) => extraIndexes.includes(property.name) && !hasOwnColumn(property))
    .map(
      ({ name, column }) =>
        `\`${name}\` of ${entity} gets no index: it has no column of its own but the key \`${column.name}\` in \`overflow\``,
    )
}

function named(
  name: string | null,
  analysis: Analysis,
  kind: IndexKind,
  reason: string,
): readonly Wanted[] {
  const property = analysis.properties.find(
    (candidate) => candidate.name === name && hasOwnColumn(candidate),
  )
  return property === undefined ? [] : [{ kind, property, reason }]
}

function dated(
  name: string | null,
  analysis: Analysis,
  kind: IndexKind,
  reason: string,
): readonly Wanted[] {
  return named(name, analysis, kind, reason).filter((want) => isTime(want.property.column.type))
}

function related(
  relationships: readonly Relationship[],
  kind: 'owner' | 'pipeline' | 'stage' | 'record',
): readonly Wanted[] {
  return relationships
    .filter((relationship) => relationship.kind === kind)
    .filter(({ property }) => kind !== 'owner' || property.name === 'hubspot_owner_id')
    .map(({ property, target }) => ({
      kind,
      property,
      reason:
        target === null
          ? `Group and filter by ${kind}.`
          : `Join with ${target.schema}.${target.table}.`,
    }))
}

/** Whether values can be compared with `now()`: dates and instants. */
function isTime(type: ColumnType): boolean {
  return type === 'date' || type === 'timestamptz'
}

/** Types whose values can be longer than an entry of a B-tree. */
const UNBOUNDED: Readonly<Record<ColumnType, boolean>> = {
  text: true,
  numeric: false,
  bigint: false,
  boolean: false,
  date: false,
  timestamptz: false,
  jsonb: true,
}

/** Addresses that HubSpot checks, and that DNS limits to about 255 characters. */
const SHORT_KEYS: ReadonlySet<string> = new Set(['domain', 'email'])
const SHORT_KEY_LENGTH = 255

/**
 * Free text gets a hash index: a B-tree refuses entries over 2,704 bytes, and thereby the record, while
 * HubSpot allows 65,536 characters. Pipeline and stage ids have at most 100 characters. E-mail addresses and
 * domains get a B-tree, because people sort by them and look for their beginnings.
 */
function propertyIndex(entity: string, { kind, property, reason }: Wanted): Index {
  const anyLength = kind === 'key' || kind === 'extra'
  const hashed = anyLength && UNBOUNDED[property.column.type] && !isShortKey(property)
  return {
    name: indexName(entity, property.column.name.replace(/^property_/, '')),
    kind,
    column: property.column.name,
    columnType: property.column.type,
    property,
    method: hashed ? 'hash' : 'btree',
    predicate: null,
    reason: hashed ? `${reason} Hash, because a B-tree refuses long text.` : reason,
  }
}

function isShortKey({ name, hubspotDefined, column, evidence }: AnalyzedProperty): boolean {
  const isShort = (evidence?.longest ?? 0) <= SHORT_KEY_LENGTH
  return SHORT_KEYS.has(name) && hubspotDefined && column.type === 'text' && isShort
}

function systemIndex(entity: string, kind: IndexKind, column: string, reason: string): Index {
  return {
    name: indexName(entity, column.replace(/^_/, '')),
    kind,
    column,
    columnType: 'timestamptz',
    property: null,
    method: 'btree',
    predicate: null,
    reason,
  }
}

/** Live rows are counted as all rows minus these, five times as fast at a million rows. */
function deletedIndex(entity: string): Index {
  return {
    name: indexName(entity, 'deleted'),
    kind: 'deleted',
    column: 'id',
    columnType: 'bigint',
    property: null,
    method: 'btree',
    predicate: 'is_deleted',
    reason: 'Finds deleted records, and counts live ones as all minus deleted.',
  }
}
