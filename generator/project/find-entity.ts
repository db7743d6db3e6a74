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
