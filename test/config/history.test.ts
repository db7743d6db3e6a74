import { expect, test } from 'vitest'
import { chooseFor } from '../../generator/config/choose.ts'
import type { Config } from '../../generator/config/read-config.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { chooseTable } from '../../generator/model/apply-choices.ts'
import { NO_CHOICES } from '../../generator/model/choices.ts'

const deals = { entity: 'deals', table: 'deal', objectType: { id: '0-3', name: 'deals' } }
const properties = [
  { name: 'amount', archived: false },
  { name: 'dealstage', archived: false },
  { name: 'hs_forecast', archived: false },
  { name: 'hs_old', archived: true },
  { name: 'pipeline', archived: false },
]
const pipelines = [{ id: '1', label: 'Sales', stages: [] }]

/** The properties of deals whose former values are kept with this setting. */
function historyWith(
  history: Config['history'],
  {
    pipelines: given = pipelines,
    earlier = null,
  }: Partial<{
    readonly pipelines: Analysis['pipelines']
    readonly earlier: Analysis | null
  }> = {},
): readonly string[] {
  const config = { file: 'hubgen.config.ts', ...(history !== undefined && { history }) } as Config
  const choices = history === undefined ? NO_CHOICES : chooseFor(config, deals)
  return chooseTable(choices, earlier, { properties, pipelines: given }).history ?? []
}

const before = (history: readonly string[]) => ({ history }) as unknown as Analysis

test('former values of pipeline and stage are kept by default, in an entity with pipelines', () => {
  expect(historyWith(undefined)).toEqual(['dealstage', 'pipeline'])
  expect(historyWith(undefined, { pipelines: [] })).toEqual([])
  expect(historyWith({ contacts: ['email'] })).toEqual(['dealstage', 'pipeline'])
})

test('an earlier list stays without a setting; a list in the configuration replaces it', () => {
  expect(historyWith(undefined, { earlier: before(['amount']) })).toEqual(['amount'])
  expect(historyWith({ deals: ['hs_old'] }, { earlier: before(['amount']) })).toEqual(['hs_old'])
})

test('`false` turns it off, for one entity or for all', () => {
  expect(historyWith(false)).toEqual([])
  expect(historyWith({ deals: false })).toEqual([])
  expect(historyWith({ deals: [] })).toEqual([])
})

test('patterns match live properties', () => {
  expect(historyWith({ deals: ['*'] })).toEqual(['amount', 'dealstage', 'hs_forecast', 'pipeline'])
  expect(historyWith({ '0-3': ['hs_*', 'amount'] })).toEqual(['amount', 'hs_forecast'])
})
