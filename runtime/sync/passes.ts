import type { Entity } from '../entity.ts'
import type { Pass } from './pass.ts'
import { records } from './passes/records.ts'

/** The passes of an entity's run, in the order in which they run. */
export function passesOf(_entity: Entity): readonly Pass[] {
  return [records]
}
