import type { Entity } from '../../runtime/entity.ts'
import { tableOf } from '../../runtime/postgres/identifier.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { chooseBrake } from '../config/choose-brake.ts'
import type { Config } from '../config/read-config.ts'

/** How many rows of a generated entity may be marked as deleted, by the configuration. */
export function brakeFor(config: Config | null, entity: Entity): SyncOptions['brake'] {
  const { entity: name, objectType } = entity
  const table = tableOf(entity).name
  return chooseBrake(config, { entity: name, table, objectType: { id: objectType, name } })
}
