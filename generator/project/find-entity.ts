import { findStandardObjectType } from '../model/object-types.ts'

/**
 * Which of these entities a person means by a name: in any letter case, in the plural or the singular, with
 * blanks or hyphens for underscores, or by a standard type id.
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
