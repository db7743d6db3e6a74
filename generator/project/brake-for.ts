import type { Entity } from '../../runtime/entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { chooseBrake } from '../config/choose-brake.ts'
import type { Config } from '../config/read-config.ts'
import { namesOf } from './import-entity.ts'

/** How many rows of a generated entity may be marked as deleted, by the configuration. */
export function brakeFor(config: Config | null, entity: Entity): SyncOptions['brake'] {
  return chooseBrake(config, namesOf(entity))
}
