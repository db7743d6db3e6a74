import { HubgenError } from '../../runtime/errors.ts'
import type { Analysis } from '../model/analysis.ts'
import type { PropertyDefinition } from '../model/build-analysis.ts'
import { STANDARD_OBJECT_TYPES, type StandardObjectType } from '../model/object-types.ts'
import type { EntityTarget } from './entity-target.ts'

/** Properties that HubSpot defines for one object type only, where the key property is none or is shared. */
const ownProperties: Readonly<Record<string, string>> = {
  contacts: 'lastname',
  tickets: 'hs_ticket_priority',
  products: 'hs_folder_id',
  line_items: 'hs_product_id',
  communications: 'hs_communication_body',
  notes: 'hs_note_body',
  postal_mail: 'hs_postal_mail_body',
}

/** HubSpot's list of properties of every object type has it, except for lists of archived ones. */
const inEveryAnswer = 'hs_object_id'

/**
 * Fails with EXPLORE_FILE_INVALID if a saved answer plainly belongs to another entity: it has properties that
 * only another object type has, or is whole and lacks those of this one.
 */
export function checkSavedFile(
  target: EntityTarget,
  definitions: readonly PropertyDefinition[],
  earlier: Analysis | null,
  path: string,
): void {
  const { entity, objectType } = target
  const listed = new Set(definitions.map(({ name }) => name))
  const defined = new Set(
    definitions.filter(({ hubspotDefined }) => hubspotDefined).map(({ name }) => name),
  )
  const type = STANDARD_OBJECT_TYPES.find(({ id }) => id === objectType.id)
  const expected = type === undefined ? [] : namesOnlyIn(type)
  if (expected.some((name) => listed.has(name))) return
  for (const other of STANDARD_OBJECT_TYPES) {
    const found = namesOnlyIn(other).find((name) => defined.has(name))
    if (found === undefined || other === type) continue
    throw ofAnother(path, `it has \`${found}\`, a property of ${other.entity}, not of ${entity}`, {
      fix: `\`hubgen explore ${other.entity} --from ${path}\`, or give the file of ${entity}`,
    })
  }
  if (!listed.has(inEveryAnswer)) return
  const key = type?.keyProperty
  const missing = expected.find((name) => name === key || key === null)
  const own = ownNames(earlier)
  const why =
    missing !== undefined
      ? `it has no \`${missing}\`, as every list of properties of ${entity} has`
      : own.length > 0 && !own.some((name) => listed.has(name))
        ? `it has none of the portal's own properties of ${entity}, such as \`${own[0]}\``
        : null
  if (why !== null) throw ofAnother(path, why, { fix: `give the file of ${entity}` })
}

/** The names by which a list of properties of this object type is recognized. */
function namesOnlyIn({ entity, keyProperty }: StandardObjectType): readonly string[] {
  const isShared =
    STANDARD_OBJECT_TYPES.filter((other) => other.keyProperty === keyProperty).length > 1
  const own = ownProperties[entity]
  return [
    ...(keyProperty === null || isShared ? [] : [keyProperty]),
    ...(own === undefined ? [] : [own]),
  ]
}

/** Properties that people made in the portal; a single one may have been deleted. */
function ownNames(earlier: Analysis | null): readonly string[] {
  const own = (earlier?.properties ?? []).filter(
    ({ archived, hubspotDefined }) => !archived && !hubspotDefined,
  )
  return own.length < 3 ? [] : own.map(({ name }) => name)
}

function ofAnother(path: string, why: string, { fix }: { readonly fix: string }): HubgenError {
  return new HubgenError('EXPLORE_FILE_INVALID', `the file is of another entity: ${why}`, {
    at: path,
    fix,
  })
}

/** One sentence about the parts of an exploration that a list of properties does not contain. */
export function describeUnseen({ entity, objectType }: EntityTarget): string {
  const parts = ['associations', 'pipelines', 'labels of property groups']
  if (objectType.custom) parts.push('the key of the custom object')
  return (
    `not seen in the file: ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}; ` +
    `\`hubgen explore ${entity}\` without \`--from\` reads them from HubSpot`
  )
}
