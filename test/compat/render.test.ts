import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { renderFiles } from '../../generator/render/render.ts'
import { yamlText } from '../../generator/render/text/escape-yaml.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { hostileText } from '../support/hostile-analysis.ts'

const deals: Analysis = {
  ...buildAnalysis(dealFacts([defineProperty('dealname')]), null, null).analysis,
  compat: 'fivetran',
}

const custom = (table: string): Analysis => ({
  ...deals,
  entity: `${table}s`,
  table,
  objectType: { ...deals.objectType, id: '2-77', name: `p1_${table}`, custom: true },
})

function viewsOf(...analyses: readonly Analysis[]): readonly string[] {
  const sql = renderFiles(analyses).get('compat/fivetran.sql') ?? ''
  return [...sql.matchAll(/^CREATE OR REPLACE VIEW hubspot_fivetran\.(\S+) AS$/gm)].map(
    ([, name = '']) => name,
  )
}

describe('the files for another tool', () => {
  test('one entity that asks for them is enough, and none without one', () => {
    const { compat: _, ...plain } = custom('vehicle')
    expect(viewsOf(deals, plain)).toEqual(expect.arrayContaining(['deal', 'vehicle']))
    expect([...renderFiles([plain]).keys()].filter((path) => path.startsWith('compat/'))).toEqual(
      [],
    )
  })

  test('a custom object with the name of a table of Fivetran gets a hash behind it', () => {
    const names = viewsOf(deals, custom('users'))
    expect(names).toContain('users')
    expect(names.filter((name) => /^users_[0-9a-f]{8}$/.test(name))).toHaveLength(1)
    expect(new Set(names).size).toBe(names.length)
  })

  test('dbt.yml switches off what is not synced, and says which history is missing', () => {
    const settings = renderFiles([deals]).get('compat/dbt.yml') ?? ''
    expect(settings).toContain('\n  hubspot_deal_enabled: true\n')
    expect(settings).toContain('\n  hubspot_company_enabled: false # companies are not synced\n')
    expect(settings).toContain('\n  hubspot_service_enabled: false # tickets are not synced\n')
    expect(settings).toContain('# hubspot__deal_stages stays empty without `history')
    const withHistory = renderFiles([{ ...deals, history: ['dealname'] }]).get('compat/dbt.yml')
    expect(withHistory).toContain('\n  hubspot_deal_property_history_enabled: true\n')
  })

  test('text in YAML stays on its line, and dbt fills in nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(hostileText, fc.string({ unit: fc.constantFrom(...'{}%#"\\\n') })),
        (text) => {
          const yaml = yamlText(text)
          expect(yaml).not.toMatch(/[\n\r\u2028\u2029]/)
          expect(JSON.parse(yaml)).not.toMatch(/\{\{|\{%|\{#/)
        },
      ),
      { numRuns: 500 },
    )
  })
})
