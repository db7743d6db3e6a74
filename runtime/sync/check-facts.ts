import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'

/** Fails with GENERATED_OUTDATED for a module that an earlier hubgen generated: its facts have no `name`. */
export function checkFacts(entity: Partial<Entity>): void {
  if (typeof entity.name === 'string') return
  throw new HubgenError('GENERATED_OUTDATED', 'an earlier hubgen generated this entity', {
    at: entity.table,
    fix: '`hubgen generate --all`',
  })
}
