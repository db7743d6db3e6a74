import { describe, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { renderSummary } from '../../generator/render/report/summary.ts'
import { dealFacts, defineProperty, evidenceOf } from '../support/entity-facts.ts'

const longName = 'hs_line_item_global_term_hs_recurring_billing_start_date_enabled'
const hostile = 'Sales\u202e\r\n\x1b[31m`$x`\0 ; -- */'

const facts = dealFacts(
  [
    defineProperty('amount', 'number'),
    defineProperty('budget', 'number'),
    defineProperty('createdate', 'datetime'),
    defineProperty('dealname'),
    defineProperty('dealstage', 'enumeration', { fieldType: 'select', externalOptions: true }),
    defineProperty('hs_merged_object_ids', 'enumeration', { fieldType: 'checkbox' }),
    defineProperty('hs_object_id', 'number', { hubspotDefined: true }),
    defineProperty(longName, 'bool'),
    defineProperty('old_region', 'string', { archived: true }),
    defineProperty('x'.repeat(99), 'string', { group: 'y'.repeat(120) }),
  ],
  {
    groups: [{ name: 'dealinformation', label: hostile }],
    pipelines: [
      {
        id: 'default',
        label: hostile,
        stages: [{ id: 'won', label: 'Closed won', closed: true, probability: '1.0' }],
      },
    ],
    associations: [
      {
        entity: 'contacts',
        objectTypeId: '0-1',
        types: [
          { category: 'HUBSPOT_DEFINED', typeId: 3, label: null },
          { category: 'USER_DEFINED', typeId: 27, label: 'Decision maker' },
        ],
      },
    ],
  },
)

function summaryOf(analysis: Analysis): string[] {
  return renderSummary(analysis).split('\n')
}

describe('summary.txt', () => {
  const sample = {
    records: 40,
    evidence: new Map([
      ['amount', evidenceOf({ decimal: 40 })],
      ['budget', evidenceOf({ integer: 8, text: 2 }, { unparsable: 2, longest: 3_000 })],
      ['dealname', evidenceOf({})],
    ]),
  }
  const { analysis } = buildAnalysis(facts, null, sample)
  const lines = summaryOf(analysis)

  test('counts properties by type', () => {
    expect(lines).toContain('  NUMBER: 3       numeric 2, bigint 1')
    expect(lines).toContain('  ENUMERATION: 2  text 2')
    expect(lines).toContain('  BOOL: 1         boolean 1')
  })

  test.each([
    'deals: table hubspot.deal',
    'object type   Deals, 0-3, `deals`',
    'portal        8100142, time zone Europe/Berlin, currency EUR',
    'counts        9 columns, 9 live properties, 0 archived, 1 skipped',
    'key property  dealname, text',
    'created       createdate, timestamptz',
    'modified      hs_lastmodifieddate, which HubSpot does not define here',
    '  dealstage  → stage',
    '  pipeline "Sales\\u202E \\u001B[31m`$x`\\u0000 ; -- */" (default), stages: 1',
    '    Closed won',
    '    contacts  2  unlabelled, Decision maker',
    'Long or changed column names: 2',
    `  ${longName}`,
    "Columns whose type differs from HubSpot's: 1",
    '    hs_object_id  number → bigint',
    'Several values in one, joined by `;`: 1',
    '  hs_merged_object_ids',
    'Skipped, without a column: 1',
    '  Archived in HubSpot before it was first explored.',
    '    old_region',
    'Evidence from 40 sampled records',
    '  filled in every record          1',
    '  filled in fewer                 1',
    '  never filled                    1',
    '    budget  number: 2 of 10 (20.0 %)',
    '    budget  3000',
  ])('says %j', (line) => {
    expect(lines).toContain(line)
  })

  test('is at most 100 columns wide, whatever the names', () => {
    expect(lines.filter((line) => [...line].length > 100)).toEqual([])
    expect(lines.join('')).toContain('x'.repeat(98))
  })

  test('shows characters of a label that would hide or turn the text around them', () => {
    const text = renderSummary(analysis)
    expect(text).toContain('Sales\\u202E \\u001B[31m`$x`\\u0000 ; -- */')
    expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f\u202e]/)
  })

  test('is the same for the same analysis, in whatever order it was explored', () => {
    const again = buildAnalysis(
      { ...facts, definitions: [...facts.definitions].reverse() },
      null,
      sample,
    )
    expect(summaryOf(again.analysis)).toEqual(lines)
  })

  test('says how to get evidence where there is none', () => {
    const unsampled = summaryOf(buildAnalysis(facts, null, null).analysis)
    expect(unsampled).toContain('  none yet: `hubgen explore deals --sample 1000` samples values')
  })
})
