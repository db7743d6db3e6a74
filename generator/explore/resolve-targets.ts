import { HubgenError } from '../../runtime/errors.ts'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { resources } from '../../runtime/resources/resources.ts'
import type { Analysis } from '../model/analysis.ts'
import { nearestName } from '../model/nearest-name.ts'
import { findStandardObjectType, STANDARD_OBJECT_TYPES } from '../model/object-types.ts'
import { customTargets, type EntityTarget, knownTarget, standardTarget } from './entity-target.ts'
import { type CustomObject, readCustomObjects } from './read-custom-objects.ts'
import { type OptionalAnswer, readOptional } from './read-optional.ts'

/** The custom objects of a portal and their names here. */
export interface CustomTargets {
  readonly objects: readonly CustomObject[]
  readonly targets: readonly EntityTarget[]
  /** The reason why they could not be read; otherwise null. */
  readonly note: string | null
}

/**
 * A key without the scope cannot list custom objects: those in `analyses` are explored anyway. A portal whose
 * plan has no custom objects has none to explore.
 */
export async function readCustomTargets(
  hubspot: HubSpot,
  analyses: readonly Analysis[],
): Promise<CustomTargets> {
  const read: OptionalAnswer<readonly CustomObject[]> = await readOptional(
    'custom objects',
    readCustomObjects(hubspot),
  )
  if (read.answer === null) {
    return { objects: [], targets: analyses.map(knownTarget), note: read.note }
  }
  const known = new Map(analyses.map(({ objectType, entity }) => [objectType.id, entity]))
  return { objects: read.answer, targets: customTargets(read.answer, known), note: null }
}

/**
 * Resolves `deals`, `Deal`, `0-3`, or a custom object's name in any letter case, its fully qualified name or
 * type id. A bare name that is also a standard one means the standard one, except for the name of a custom
 * object's folder, which the object had before the standard one was known here.
 */
export function resolveTarget(typed: string, custom: CustomTargets): EntityTarget {
  const wanted = typed.trim().toLowerCase()
  const own = custom.targets.find(({ entity }) => entity === wanted)
  if (own !== undefined) return own
  const standard = findStandardObjectType(typed)
  if (standard !== undefined) return standardTarget(standard)
  const object = custom.objects.find(
    ({ name, fullyQualifiedName, typeId }) =>
      typeId === wanted ||
      name.toLowerCase() === wanted ||
      fullyQualifiedName.toLowerCase() === wanted,
  )
  const target = custom.targets.find(
    ({ entity, objectType: { id, name } }) =>
      id === object?.typeId || [entity, id, name.toLowerCase()].includes(wanted),
  )
  if (target !== undefined) return target
  throw unknownEntity(typed, custom)
}

function unknownEntity(typed: string, custom: CustomTargets): HubgenError {
  if (custom.note !== null && /^(2-\d+|p\d+_.+)$/i.test(typed)) {
    return new HubgenError('SCOPE_MISSING', `\`${typed}\` is a custom object, but ${custom.note}`, {
      fix: 'give the token the scope `crm.schemas.custom.read`',
    })
  }
  const names = [...STANDARD_OBJECT_TYPES, ...custom.targets].flatMap(({ entity, table }) => [
    entity,
    table,
  ])
  const ofPortal = resources.flatMap(({ name, alias = name }) => [name, alias])
  if (ofPortal.includes(typed)) {
    throw new HubgenError('USAGE', `\`${typed}\` is a resource: this command is about records`, {
      fix: `\`hubgen sync ${typed}\` reads it`,
    })
  }
  const nearest = nearestName(typed, [...names, ...ofPortal])
  const reason = custom.note === null ? '' : ` (${custom.note})`
  return new HubgenError('UNKNOWN_ENTITY', `there is no entity \`${typed}\`${reason}`, {
    fix:
      nearest === null
        ? `name one of ${listNames(custom)}; \`hubgen explore --all\` explores all of them`
        : `did you mean \`${nearest}\`?`,
  })
}

/** The most likely names: the standard objects of every CRM, and this portal's custom objects. */
function listNames(custom: CustomTargets): string {
  const names = STANDARD_OBJECT_TYPES.slice(0, 6).map(({ entity }) => entity)
  return [...names, ...custom.targets.map(({ entity }) => entity)]
    .map((name) => `\`${name}\``)
    .join(', ')
}
