import type { Entity } from '../../runtime/entity.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
import { chooseBrake } from '../config/choose-brake.ts'
import type { Config } from '../config/read-config.ts'
import { namesOf } from './import-entity.ts'

/** The configured limit on rows of a generated entity that a run may mark as deleted. */
export function brakeFor(config: Config | null, entity: Entity): SyncOptions['brake'] {
  return chooseBrake(config, namesOf(entity))
}
