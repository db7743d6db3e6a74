import { createHash } from 'node:crypto'
import { resourceTables } from '../../runtime/resources/resource-tables.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { Analysis, ObjectType } from '../model/analysis.ts'
import { possibleCompanionNames } from '../model/companion-names.ts'
import { compareText } from '../model/compare-text.ts'
import {
  findStandardObjectType,
  STANDARD_OBJECT_TYPES,
  type StandardObjectType,
} from '../model/object-types.ts'
import type { CustomObject } from './read-custom-objects.ts'

/** An object type to explore, and its names here. */
export interface EntityTarget {
  readonly entity: string
  readonly table: string
  readonly objectType: ObjectType
  readonly keyProperty: string | null
  readonly createdProperty: string
  readonly modifiedProperty: string
  /** The scope that reads its records. */
  readonly scope: string
}

/** Files and folders of `generated/` and tables that do not belong to one entity. */
const OUR_NAMES: ReadonlySet<string> = new Set([
  ...`compat database hubgen index migrations owner owner_team portal property property_option role team
  team_user users`.split(/\s+/),
  ...resources.flatMap((resource) => resourceTables(resource).map(({ name }) => name)),
])

/** Names of devices in Windows, which cannot check out a folder of that name. */
const WINDOWS_DEVICES = /^(?:aux|con|nul|prn|(?:com|lpt)\d)$/

/** Prefixes and suffixes of a table's views and a module's exports; names with these would collide. */
const OUR_AFFIXES = /^sync_|_(?:current|labelled|options?|overflow|properties|table)$/

/** The facts that all custom objects share. */
const CUSTOM_OBJECTS = {
  createdProperty: 'hs_createdate',
  modifiedProperty: 'hs_lastmodifieddate',
  scope: 'crm.objects.custom.read',
} as const

/** Leaves room for suffixes within Postgres's 63 bytes. */
const NAME_BYTES = 50
const HASH_DIGITS = 8

export function standardTarget(type: StandardObjectType): EntityTarget {
  const { id, entity, table, singularLabel, pluralLabel, scope } = type
  const { keyProperty, createdProperty, modifiedProperty } = type
  return {
    entity,
    table,
    objectType: { id, name: entity, singularLabel, pluralLabel, custom: false },
    keyProperty,
    createdProperty,
    modifiedProperty,
    scope,
  }
}

/** Folders of custom objects that were explored before, by type id. */
export type KnownEntities = ReadonlyMap<string, string>

/**
 * Targets for custom objects, by entity. The name is the object's own in lower case, never its plural label,
 * which may be any text in any language. If that name has another meaning here, or several objects share it,
 * the fully qualified name is used, with the type id appended if even that is shared. An object that has a
 * folder keeps its name, whatever objects are added or removed.
 */
export function customTargets(
  customObjects: readonly CustomObject[],
  known: KnownEntities = new Map(),
): readonly EntityTarget[] {
  const kept = customObjects.flatMap((object) => {
    const entity = known.get(object.typeId)
    return entity === undefined ? [] : [customTarget(object, entity)]
  })
  const unnamed = customObjects.filter(({ typeId }) => !known.has(typeId))
  const named = nameTargets(unnamed, new Set(known.values()))
  return [...kept, ...named].sort((a, b) => compareText(a.entity, b.entity))
}

function nameTargets(
  customObjects: readonly CustomObject[],
  used: ReadonlySet<string>,
): readonly EntityTarget[] {
  const byName = Map.groupBy(customObjects, ({ name }) => plainName(name))
  const tables = [...STANDARD_OBJECT_TYPES.map(({ table }) => table), ...byName.keys(), ...used]
  const companionNames = possibleCompanionNames(tables)
  const own = ({ name }: CustomObject) => {
    const plain = plainName(name)
    const free = !isTaken(plain) && !used.has(plain) && !companionNames.has(plain)
    return free && byName.get(plain)?.length === 1 ? plain : null
  }
  const taken = new Set([...customObjects.map(own), ...used])
  const others = customObjects.filter((object) => own(object) === null)
  const qualified = Map.groupBy(others, ({ fullyQualifiedName }) => plainName(fullyQualifiedName))
  return customObjects.map((object) => {
    const whole = plainName(object.fullyQualifiedName)
    const shared = taken.has(whole) || (qualified.get(whole) ?? []).length > 1
    const distinct = shared ? plainName(`${object.fullyQualifiedName}_${object.typeId}`) : whole
    return customTarget(object, own(object) ?? distinct)
  })
}

/** A custom object as an earlier exploration knew it. */
export function knownTarget(analysis: Analysis): EntityTarget {
  const { entity, table, objectType, keyProperty, modifiedProperty } = analysis
  const { createdProperty, scope } = CUSTOM_OBJECTS
  return { entity, table, objectType, keyProperty, createdProperty, modifiedProperty, scope }
}

/** A custom object known by name only, as with a saved answer, without a schema from HubSpot. */
export function unseenCustomTarget(name: string): EntityTarget {
  const plain = plainName(name)
  const standardTables = STANDARD_OBJECT_TYPES.map(({ table }) => table)
  const object = {
    typeId: name,
    name,
    fullyQualifiedName: name,
    singularLabel: name,
    pluralLabel: name,
    primaryDisplayProperty: null,
  }
  return customTarget(
    object,
    isTaken(plain) || possibleCompanionNames(standardTables).has(plain) ? `custom_${plain}` : plain,
  )
}

function customTarget(object: CustomObject, entity: string): EntityTarget {
  return {
    entity,
    table: entity,
    objectType: {
      id: object.typeId,
      name: object.fullyQualifiedName,
      singularLabel: object.singularLabel,
      pluralLabel: object.pluralLabel,
      custom: true,
    },
    keyProperty: object.primaryDisplayProperty,
    ...CUSTOM_OBJECTS,
  }
}

function isTaken(name: string): boolean {
  const isReserved = OUR_NAMES.has(name) || OUR_AFFIXES.test(name) || WINDOWS_DEVICES.test(name)
  const standard = findStandardObjectType(name)
  // An alias is free: nothing in a project is named after it.
  return isReserved || (standard !== undefined && standard.aliases?.includes(name) !== true)
}

/** HubSpot allows letters, digits and `_` in these names, beginning with a letter; a long one is cut. */
function plainName(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9_]+/g, '_')
  const whole = /^[a-z]/.test(plain) ? plain : `o${plain.startsWith('_') ? '' : '_'}${plain}`
  if (whole.length <= NAME_BYTES) return whole
  const hash = createHash('sha256').update(name, 'utf8').digest('hex').slice(0, HASH_DIGITS)
  return `${whole.slice(0, NAME_BYTES - HASH_DIGITS - 1)}_${hash}`
}
