import { expect, test } from 'vitest'
import type { Entity } from '../../runtime/entity.ts'
import { syncEntity } from '../../runtime/sync/sync-entity.ts'

test('facts that an earlier hubgen generated are refused before anything is opened or written', async () => {
  const earlier: unknown = {
    entity: 'deals',
    objectType: '0-3',
    table: 'hubspot.deal',
    properties: {},
  }
  await expect(syncEntity(earlier as Entity)).rejects.toMatchObject({
    code: 'GENERATED_OUTDATED',
    at: 'hubspot.deal',
    fix: '`hubgen generate --all`',
  })
})
