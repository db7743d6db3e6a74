import { expect, test } from 'vitest'
import { resourcesOfAll } from '../../generator/project/find-entity.ts'

test('`--all` reads the resources of the configuration after those that they belong to', () => {
  expect(resourcesOfAll(['submissions', 'List-Members'])).toEqual([
    'contact_list',
    'contact_list_member',
    'form',
    'form_submission',
  ])
  expect(resourcesOfAll([])).toEqual([])
  expect(resourcesOfAll(undefined)).toContain('contact_list')
})
