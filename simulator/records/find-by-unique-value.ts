import { invalidRequest } from '../http/refusal.ts'
import type { ObjectType, Property, Store, StoredRecord } from '../store.ts'

/**
 * Finds records by a property with unique values, such as an e-mail address. Scans the whole object type,
 * because the store has no index for it.
 */
export function findByUniqueValue(
  store: Store,
  type: ObjectType,
  property: Property | undefined,
  name: string,
): (value: string) => StoredRecord | undefined {
  if (property === undefined || !(property.hasUniqueValue || name === 'email')) {
    throw invalidRequest(`idProperty \`${name}\` is not a unique property of ${type.name}`)
  }
  return (value) => {
    const wanted = value.toLowerCase()
    for (const record of store.scan(type.typeId, 0n, { archived: false })) {
      if (record.value(name)?.toLowerCase() === wanted) return record
    }
    return undefined
  }
}
