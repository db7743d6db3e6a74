import { createHash } from 'node:crypto'
import type { Analysis } from './analysis.ts'
import { byteLength, cutToBytes, IDENTIFIER_BYTES } from './column-name.ts'
import { compareText } from './compare-text.ts'
import { STANDARD_OBJECT_TYPES } from './object-types.ts'

/** The tables that an entity has beside its own: names only, unquoted and without their schema. */
export interface Companions {
  /** By table. */
  readonly associations: readonly AssociationCompanion[]
  readonly merges: MergeCompanion | null
  readonly pipelines: { readonly table: string; readonly stageTable: string } | null
  readonly history: HistoryCompanion | null
}

export interface AssociationCompanion {
  readonly table: string
  readonly fromColumn: string
  readonly toColumn: string
  readonly to: OtherEnd
}

export interface MergeCompanion {
  readonly table: string
  readonly survivorColumn: string
  readonly mergedColumn: string
}

export interface HistoryCompanion {
  readonly table: string
  readonly idColumn: string
  readonly properties: readonly string[]
}

/** The entity at the other end of an association. */
export interface OtherEnd {
  readonly entity: string
  readonly table: string
  readonly objectType: string
}

/** An association whose links are in the other entity's table of them. */
export interface ForeignAssociation {
  readonly table: string
  /** The entity to generate for it. */
  readonly owner: OtherEnd
}

/** HubSpot's lists of the ids that a record has swallowed. */
const MERGE_PROPERTIES: ReadonlySet<string> = new Set([
  'hs_merged_object_ids',
  'hs_calculated_merged_vids',
])

/**
 * Of two object types the later one here has the table and stands first in its name, as Fivetran has it:
 * `contact_company`, `deal_contact`, `line_item_deal`, `ticket_deal`. Standard types that are not here
 * come after these by their number, custom objects after all.
 */
const DIRECTION = `0-2 0-1 0-3 0-7 0-8 0-46 0-27 0-47 0-48 0-49 0-18 0-116 0-5`.split(' ')

/** Columns of the tables that are not named after an entity. */
const FIXED_COLUMNS: ReadonlySet<string> = new Set(['type_id', 'source_id'])

const HASH_DIGITS = 8

/** Depends on nothing but the analysis: whether the other entity is generated too makes no difference. */
export function findCompanions(analysis: Analysis): Companions {
  const { table, properties, pipelines, history = [] } = analysis
  const idColumn = idColumnOf(table)
  const named = (whole: string) => freeName(analysis, whole)
  const merged = properties.some(({ name, archived }) => MERGE_PROPERTIES.has(name) && !archived)
  return {
    associations: otherEnds(analysis)
      .filter((to) => ownsPair(analysis, to))
      .map((to) => associationCompanion(analysis, to))
      .sort((left, right) => (left.table < right.table ? -1 : 1)),
    merges: merged
      ? {
          table: named(`merged_${table}`),
          survivorColumn: idColumn,
          mergedColumn: companionName(`merged_${table}_id`),
        }
      : null,
    pipelines:
      pipelines.length > 0
        ? {
            table: named(`${table}_pipeline`),
            stageTable: named(`${table}_pipeline_stage`),
          }
        : null,
    history:
      history.length > 0
        ? { table: named(`${table}_property_history`), idColumn, properties: history }
        : null,
  }
}

/** The associations whose table is the other entity's, by entity. */
export function findForeignAssociations(analysis: Analysis): readonly ForeignAssociation[] {
  return otherEnds(analysis)
    .filter((other) => !ownsPair(analysis, other))
    .map((owner) => ({ table: freeName(analysis, `${owner.table}_${analysis.table}`), owner }))
}

/** A name of at most 63 bytes; what is too long ends in `_` and 8 hex digits of the name's SHA-256. */
export function companionName(whole: string): string {
  return byteLength(whole) <= IDENTIFIER_BYTES ? whole : hashedName(whole)
}

/** A name that another entity's table has already goes with the hash of it, too. */
function freeName({ takenTables = [] }: Analysis, whole: string): string {
  const name = companionName(whole)
  return takenTables.includes(name) ? hashedName(whole) : name
}

function hashedName(whole: string): string {
  const hash = createHash('sha256').update(whole, 'utf8').digest('hex').slice(0, HASH_DIGITS)
  return `${cutToBytes(whole, IDENTIFIER_BYTES - HASH_DIGITS - 1)}_${hash}`
}

/** Every table beside the entity's own, and those of other entities that hold its links. */
export function companionTableNames(analysis: Analysis): readonly string[] {
  const { associations, merges, pipelines, history } = findCompanions(analysis)
  return [
    ...associations.map(({ table }) => table),
    ...(merges === null ? [] : [merges.table]),
    ...(pipelines === null ? [] : [pipelines.table, pipelines.stageTable]),
    ...(history === null ? [] : [history.table]),
    ...findForeignAssociations(analysis).map(({ table }) => table),
  ]
}

/** Those of these tables that stand in the way of one beside the entity's own. */
export function findTakenTables(
  analysis: Analysis,
  tables: ReadonlySet<string>,
): readonly string[] {
  const plain = companionTableNames({ ...analysis, takenTables: [] })
  return [...new Set(plain)].filter((table) => tables.has(table)).sort(compareText)
}

/** Columns of the entity's table that sync fills from calculated properties, keys of `overflow` included. */
export function calculatedColumns(analysis: Analysis): readonly string[] {
  return analysis.properties
    .filter(({ calculated, archived }) => calculated && !archived)
    .flatMap(({ column, earlierColumns = [] }) => [...earlierColumns, column])
    .map(({ name }) => name)
}

function associationCompanion(analysis: Analysis, to: OtherEnd): AssociationCompanion {
  const { table } = analysis
  const itself = table === to.table
  return {
    table: freeName(analysis, `${table}_${to.table}`),
    fromColumn: idColumnOf(table),
    toColumn: itself ? companionName(`associated_${table}_id`) : idColumnOf(to.table),
    to,
  }
}

/** Two object types of one name, or two entries of one entity, have one table. */
function otherEnds({ table, associations }: Analysis): readonly OtherEnd[] {
  const ends = associations
    .filter(({ types }) => types.length > 0)
    .map(({ entity, objectTypeId }) => {
      const standard = STANDARD_OBJECT_TYPES.find(({ id }) => id === objectTypeId)
      return { entity, table: standard?.table ?? entity, objectType: objectTypeId }
    })
  const seen = new Set<string>()
  return ends.filter((end) => {
    const name = companionName(`${table}_${end.table}`)
    return !seen.has(name) && seen.add(name)
  })
}

function ownsPair({ objectType }: Analysis, other: OtherEnd): boolean {
  if (objectType.id === other.objectType) return true
  const [own, others] = [rankOf(objectType.id), rankOf(other.objectType)]
  const place = own.findIndex((part, index) => part !== others[index])
  if (place === -1) return objectType.id > other.objectType
  return (own[place] ?? 0) > (others[place] ?? 0)
}

function rankOf(objectType: string): readonly number[] {
  const listed = DIRECTION.indexOf(objectType)
  if (listed !== -1) return [0, listed]
  const [, kind, number] = /^(\d+)-(\d+)$/.exec(objectType) ?? []
  // Without a type id it is a custom object that is known by its name only.
  return [kind === undefined ? 3 : kind === '0' ? 1 : 2, Number(number ?? 0)]
}

function idColumnOf(table: string): string {
  const name = `${table}_id`
  return companionName(FIXED_COLUMNS.has(name) ? `${table}_record_id` : name)
}
