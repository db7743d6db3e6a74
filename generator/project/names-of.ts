import type { Entity } from '../../runtime/entity.ts'
import { tableOf } from '../../runtime/postgres/identifier.ts'
import type { EntityNames } from '../config/choose.ts'

/** The names that a generated entity goes by in a configuration. */
export function namesOf(entity: Entity): EntityNames {
  const { name, objectType } = entity
  return { entity: name, table: tableOf(entity).name, objectType: { id: objectType, name } }
}
