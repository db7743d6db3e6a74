import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import { findStandardObjectType } from '../model/object-types.ts'

/**
 * The entity that a typed name refers to: in any letter case, in the plural or the singular, with spaces or
 * hyphens for underscores, or by a standard type id.
 */
export function findEntity(typed: string, entities: readonly string[]): string | undefined {
  const name = typed
    .trim()
    .toLowerCase()
    .replace(/[\s-]+/g, '_')
  const standard = findStandardObjectType(typed)?.entity ?? name
  const meant = [name, standard, `${name}s`, name.replace(/s$/, '')]
  return meant.find((candidate) => entities.includes(candidate))
}

/** Every word for a resource. */
export const resourceNames: readonly string[] = resources.flatMap(({ name, alias = name }) => [
  name,
  alias,
])

/** The resource that a typed name refers to: by its name or alias, in any letter case, singular or plural. */
export function findTypedResource(typed: string): Resource | undefined {
  const found = findEntity(typed.replace(/^portal\//, ''), resourceNames)
  return resources.find(({ name, alias }) => found !== undefined && [name, alias].includes(found))
}

/**
 * The resources that `--all` means: those of the configuration with the resources that they belong to, or all that
 * cost few calls. By name.
 */
export function resourcesOfAll(configured: readonly string[] | undefined): readonly string[] {
  if (configured === undefined) {
    return resources.filter(({ read }) => read === 'always').map(({ name }) => name)
  }
  const wanted = new Set(configured.flatMap((typed) => findTypedResource(typed)?.name ?? []))
  // Submissions of forms that are not read would stay an empty table.
  for (const { name, parent } of resources.toReversed()) {
    if (wanted.has(name) && parent !== undefined && 'resource' in parent) {
      wanted.add(parent.resource)
    }
  }
  return resources.filter(({ name }) => wanted.has(name)).map(({ name }) => name)
}
