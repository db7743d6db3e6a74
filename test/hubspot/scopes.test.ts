import { expect, test } from 'vitest'
import { STANDARD_OBJECT_TYPES } from '../../generator/model/object-types.ts'
import { hubSpotPaths } from '../../runtime/hubspot/client/paths.ts'
import { usualScope } from '../../runtime/hubspot/client/scopes.ts'

const paths = hubSpotPaths('2026-09')

test.each(STANDARD_OBJECT_TYPES)('$entity need one scope, asked by name or by type id', (type) => {
  expect(usualScope(paths.objects(type.entity))).toBe(type.scope)
  expect(usualScope(paths.properties(type.id))).toBe(type.scope)
})

test.each([
  [paths.objects('2-123'), 'crm.objects.custom.read'],
  [paths.search('p123_car'), 'crm.objects.custom.read'],
  [paths.schemas(), 'crm.schemas.custom.read'],
  [paths.owners(), 'crm.objects.owners.read'],
  [paths.account(), null],
  [paths.objects('unheard_of'), null],
])('%s needs %s', (path, scope) => {
  expect(usualScope(path)).toBe(scope)
})
