import { expect, test } from 'vitest'
import { customTargets } from '../../generator/explore/entity-target.ts'

test('a custom object called like a table beside a standard one goes by its whole name', () => {
  const names = ['deal_contact', 'merged_deal', 'ticket_pipeline_stage', 'site_visit']
  const targets = customTargets(
    names.map((name, index) => ({
      typeId: `2-${index}`,
      name,
      fullyQualifiedName: `p1_${name}`,
      singularLabel: name,
      pluralLabel: name,
      primaryDisplayProperty: null,
    })),
  )
  expect(targets.map(({ table }) => table)).toEqual([
    'p1_deal_contact',
    'p1_merged_deal',
    'p1_ticket_pipeline_stage',
    'site_visit',
  ])
})
