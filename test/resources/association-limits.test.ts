import { expect, test } from 'vitest'
import { openResourcePortal } from '../support/resource-portal.ts'

test('kinds of associations are read with their limits, each once', async () => {
  await using portal = await openResourcePortal()
  const { store } = portal.simulator
  const types = store.objectTypes()
  const kinds = types.flatMap((from) =>
    types.flatMap((to) => store.associationTypes(from.typeId, to.typeId)),
  )
  const wanted = kinds.map(
    ({ category, typeId, label }) =>
      `${category} ${typeId} ${label ?? '-'} ${label === 'Primary' ? 1 : '-'}`,
  )
  const report = await portal.sync('association_limit')
  expect(report).toMatchObject({ outcome: 'succeeded', error: null })
  const rows = await portal.database.query<Record<string, unknown>>(
    'SELECT category, type_id, label, max_to FROM hubspot.association_limit WHERE NOT _fivetran_deleted',
  )
  const stored = rows.map(
    ({ category, type_id, label, max_to }) =>
      `${category} ${type_id} ${label ?? '-'} ${max_to ?? '-'}`,
  )
  expect(stored.toSorted()).toEqual([...new Set(wanted)].toSorted())
})
