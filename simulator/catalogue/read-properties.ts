import { isoInstant } from '../population/instant.ts'
import { below, mix, saltOf } from '../population/mix.ts'
import type { Group, Option, Property } from '../store.ts'
import common from './common.json' with { type: 'json' }
import optionLists from './options.json' with { type: 'json' }

/**
 * The catalogue's own format, one property per line: `[name, label, type, fieldType, group, flags, option
 * list, displayOrder, other fields]`. Trailing fields after the flags may be omitted. An empty group means
 * the first group of the file. The option list is a key of `options.json`, or the list itself, and
 * contains `[label, value, "hidden"?]`.
 *
 * Flags, one letter each: `c` calculated, `e` externalOptions, `h` hidden, `f` formField, `u`
 * hasUniqueValue; modification: `A` archivable, `D` definition read-only, `V` value read-only, `O` / `o`
 * options read-only true / false; `m` made by a user (not hubspotDefined), `x` archived, `p` has `archived:
 * false`, `t` has no timestamps, `s` sensitive, `S` highly sensitive.
 */
export interface CatalogueFile {
  readonly groups: readonly (readonly string[])[]
  readonly properties: readonly (readonly unknown[])[]
}

type OptionRows = readonly (readonly [label: string, value: string, hidden?: 'hidden'])[]

type Row = readonly [
  name: string,
  label: string,
  type: string,
  fieldType: string,
  group: string,
  flags: string,
  options?: string | OptionRows,
  displayOrder?: number,
  other?: Partial<Property>,
]

const OPTIONS = optionLists as unknown as Readonly<Record<string, OptionRows>>

/** Properties of an object type; the first of two lines with the same name counts. */
export function readProperties(
  files: readonly CatalogueFile[],
  standsBy: { commonProperties: 'with' | 'without' },
): Property[] {
  const fallbackGroup = files[0]?.groups[0]?.[0] ?? ''
  const all = standsBy.commonProperties === 'with' ? [...files, common] : files
  const byName = new Map<string, Property>()
  for (const file of all) {
    for (const row of file.properties as unknown as readonly Row[]) {
      if (!byName.has(row[0])) {
        byName.set(row[0], readProperty(row, fallbackGroup))
      }
    }
  }
  return [...byName.values()]
}

export function readGroups(files: readonly CatalogueFile[]): Group[] {
  return files
    .flatMap((file) => file.groups)
    .map(([name = '', label = ''], displayOrder) => ({
      name,
      label,
      displayOrder,
      archived: false,
    }))
}

function readProperty(row: Row, fallbackGroup: string): Property {
  const [name, label, type, fieldType, group, flags, options = '', displayOrder = -1, other] = row
  const has = (flag: string) => flags.includes(flag)
  return {
    name,
    label,
    type,
    fieldType,
    description: '',
    groupName: group === '' ? fallbackGroup : group,
    options: options === '' ? [] : readOptions(options),
    displayOrder,
    calculated: has('c'),
    externalOptions: has('e'),
    hasUniqueValue: has('u'),
    hidden: has('h'),
    formField: has('f'),
    modificationMetadata: readModification(has),
    dataSensitivity: has('S') ? 'highly_sensitive' : has('s') ? 'sensitive' : 'non_sensitive',
    ...(has('m')
      ? { createdUserId: '5551001', updatedUserId: '5551002' }
      : { hubspotDefined: true }),
    ...(has('t') ? {} : readTimestamps(name)),
    ...readArchived(has),
    ...other,
  }
}

function readModification(has: (flag: string) => boolean): Property['modificationMetadata'] {
  return {
    archivable: has('A'),
    readOnlyDefinition: has('D'),
    readOnlyValue: has('V'),
    ...(has('O') || has('o') ? { readOnlyOptions: has('O') } : {}),
  }
}

/** HubSpot omits `archived` in most built-in definitions and sends it for custom ones. */
function readArchived(has: (flag: string) => boolean): Partial<Property> {
  if (has('x')) {
    return { archived: true, archivedAt: '2026-09-14T08:12:44.910Z' }
  }
  return has('m') || has('p') ? { archived: false } : {}
}

const FIRST_DEFINITIONS_MS = Date.parse('2019-08-06T02:41:08Z')
const DEFINITION_SPAN_MS = 5 * 365 * 86_400_000

function readTimestamps(name: string): Partial<Property> {
  const salt = saltOf(name)
  const createdMs = FIRST_DEFINITIONS_MS + below(salt, DEFINITION_SPAN_MS)
  const updatedMs = createdMs + below(mix(salt, 1), DEFINITION_SPAN_MS / 3)
  return { createdAt: isoInstant(createdMs), updatedAt: isoInstant(updatedMs) }
}

function readOptions(list: string | OptionRows): Option[] {
  const options = typeof list === 'string' ? OPTIONS[list] : list
  if (options === undefined) {
    throw new Error(`no option list \`${list}\` in the catalogue`)
  }
  return options.map(([label, value, hidden], displayOrder) => ({
    label,
    value,
    displayOrder,
    hidden: hidden === 'hidden',
  }))
}
