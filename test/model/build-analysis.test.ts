import { describe, expect, test } from 'vitest'
import type { Analysis, AnalyzedProperty } from '../../generator/model/analysis.ts'
import { parseAnalysis, serializeAnalysis } from '../../generator/model/analysis-file.ts'
import {
  buildAnalysis,
  type EntityFacts,
  type Sample,
} from '../../generator/model/build-analysis.ts'
import { renderSchemaSql } from '../../generator/render/entity/schema-sql.ts'
import { renderSummary } from '../../generator/render/report/summary.ts'
import { dealFacts, defineProperty, evidenceOf } from '../support/entity-facts.ts'

function build(facts: EntityFacts, earlier: Analysis | null = null, sample: Sample | null = null) {
  const built = buildAnalysis(facts, earlier, sample)
  expect(built.problems).toEqual([])
  return built
}

function property(analysis: Analysis, name: string): AnalyzedProperty {
  const found = analysis.properties.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no property ${name}`)
  return found
}

const amount = defineProperty('amount', 'number')
const dealname = defineProperty('dealname')

describe('a first analysis', () => {
  test('lists properties by name and finds the key and the stamps that exist', () => {
    const { analysis } = build(
      dealFacts([dealname, defineProperty('hs_createdate', 'datetime'), amount]),
    )
    expect(analysis.properties.map(({ name }) => name)).toEqual([
      'amount',
      'dealname',
      'hs_createdate',
    ])
    expect(analysis).toMatchObject({
      keyProperty: 'dealname',
      createdProperty: 'hs_createdate',
      modifiedProperty: 'hs_lastmodifieddate',
      sampledRecords: null,
    })
  })

  test('skips what cannot have a column, each with its reason', () => {
    const { analysis } = build(
      dealFacts(
        [
          amount,
          defineProperty('amount', 'string', { label: 'second' }),
          defineProperty(''),
          defineProperty('typeless', ''),
          defineProperty('old', 'string', { archived: true }),
          defineProperty('diagnosis', 'string', { sensitivity: 'highly_sensitive' }),
        ],
        { unreadable: new Map([['diagnosis', 'Its values need a scope.']]) },
      ),
    )
    expect(analysis.properties.map(({ name }) => name)).toEqual(['amount'])
    expect(analysis.skipped.map(({ name, reason }) => [name, reason])).toEqual([
      ['', 'HubSpot sent a definition without a name.'],
      ['amount', 'HubSpot sent two definitions of this name; the first one counts.'],
      ['diagnosis', 'Its values need a scope.'],
      ['old', 'Archived in HubSpot before it was first explored.'],
      ['typeless', 'HubSpot sent a definition without a type.'],
    ])
  })

  test('a property archived and made again is one live property', () => {
    const { analysis } = build(
      dealFacts([defineProperty('amount', 'string', { archived: true }), amount]),
    )
    expect(analysis.skipped).toEqual([])
    expect(property(analysis, 'amount')).toMatchObject({ type: 'number', archived: false })
  })

  test('evidence may decide a type', () => {
    const sample = {
      records: 500,
      evidence: new Map([['amount', evidenceOf({ integer: 80, text: 20 }, { unparsable: 20 })]]),
    }
    const { analysis, advice } = build(dealFacts([amount]), null, sample)
    expect(property(analysis, 'amount').column.type).toBe('text')
    expect(property(analysis, 'amount').column.reason).toContain('20 of 100 (20.0 %)')
    expect(analysis.sampledRecords).toBe(500)
    expect(advice).toEqual([])
  })
})

describe('a later analysis', () => {
  const first = build(dealFacts([amount, dealname])).analysis

  test('of the same answers is the same', () => {
    expect(build(dealFacts([dealname, amount]), first).analysis).toEqual(first)
  })

  test('keeps name and type of a column when HubSpot changes the type, and says so once', () => {
    const retyped = dealFacts([defineProperty('amount', 'string'), dealname])
    const second = build(retyped, first).analysis
    expect(property(second, 'amount')).toMatchObject({
      type: 'string',
      column: { name: 'property_amount', type: 'numeric' },
    })
    const { reason } = property(second, 'amount').column
    expect(reason).toContain("HubSpot's type changed from `number` to `string`")
    expect(build(retyped, second).analysis).toEqual(second)
    const back = property(build(dealFacts([amount, dealname]), second).analysis, 'amount')
    expect(back.column.reason.match(/type changed/g)).toHaveLength(1)
  })

  test('keeps what a person wrote into the file', () => {
    const edited = {
      ...first,
      table: 'opportunity',
      properties: first.properties.map((one) =>
        one.name === 'amount'
          ? { ...one, column: { name: 'amount_eur', type: 'bigint' as const, reason: 'In cents.' } }
          : one,
      ),
    }
    const { analysis } = build(dealFacts([amount, dealname]), edited)
    expect(analysis).toEqual(edited)
  })

  test('explains a type that was edited without its reason', () => {
    const edited = {
      ...first,
      properties: first.properties.map((one) =>
        one.name === 'amount' ? { ...one, column: { ...one.column, type: 'text' as const } } : one,
      ),
    }
    const second = build(dealFacts([amount, dealname]), edited).analysis
    expect(property(second, 'amount').column.reason).toMatch(/^Set to text in analysis.json; /)
    expect(build(dealFacts([amount, dealname]), second).analysis).toEqual(second)
  })

  test('keeps a property that vanished or was archived, as archived', () => {
    const vanished = build(dealFacts([dealname]), first).analysis
    const archived = build(dealFacts([{ ...amount, archived: true }, dealname]), first).analysis
    expect(property(archived, 'amount')).toEqual({ ...property(first, 'amount'), archived: true })
    expect(property(vanished, 'amount')).toEqual({
      ...property(first, 'amount'),
      archived: true,
      purged: true,
    })
    expect([...vanished.skipped, ...archived.skipped]).toEqual([])
    expect(property(build(dealFacts([amount, dealname]), vanished).analysis, 'amount')).toEqual(
      property(first, 'amount'),
    )
  })

  test('a property is purged only if HubSpot answered about archived ones, too', () => {
    const unanswered = new Set(['archived non_sensitive' as const])
    const unsure = build(dealFacts([dealname], { unanswered }), first).analysis
    expect(property(unsure, 'amount')).not.toHaveProperty('purged')
    const sure = build(dealFacts([dealname]), first).analysis
    expect(build(dealFacts([dealname], { unanswered }), sure).analysis).toEqual(sure)
    const { before, after } = { before: renderSchemaSql(unsure), after: renderSchemaSql(sure) }
    expect(before).toContain('deprecated: archived in HubSpot')
    expect(after).toContain('deprecated: deleted in HubSpot')
    expect(after).not.toContain('archived in HubSpot')
  })

  test('does not treat a sensitive property as removed when HubSpot returned none of those', () => {
    const iban = defineProperty('iban', 'string', { sensitivity: 'highly_sensitive' })
    const before = build(dealFacts([amount, iban])).analysis
    const unanswered = new Set(['highly_sensitive' as const])
    expect(build(dealFacts([amount], { unanswered }), before).analysis).toEqual(before)
    const answered = build(dealFacts([amount]), before).analysis
    expect(property(answered, 'iban').archived).toBe(true)
    expect(build(dealFacts([amount], { unanswered }), answered).analysis).toEqual(answered)
  })

  test('keeps evidence and relationships that it did not get again', () => {
    const pipelines = [{ id: 'default', label: 'Sales', stages: [] }]
    const sample = { records: 30, evidence: new Map([['amount', evidenceOf({ integer: 30 })]]) }
    const sampled = build(dealFacts([amount], { pipelines }), null, sample).analysis
    const silent = dealFacts([amount], { groups: null, pipelines: null, associations: null })
    expect(build(silent, sampled).analysis).toEqual(sampled)
  })

  test('does not let a new sample change a column, but advises', () => {
    const evidence = evidenceOf({ integer: 30, list: 10 }, { unparsable: 10 })
    const sample = { records: 40, evidence: new Map([['amount', evidence]]) }
    const { analysis, advice } = build(dealFacts([amount, dealname]), first, sample)
    expect(property(analysis, 'amount').column).toEqual(property(first, 'amount').column)
    expect(property(analysis, 'amount').evidence).toEqual(evidence)
    expect(advice).toMatchObject([{ property: 'amount', type: 'numeric', advised: 'text' }])
  })

  test('keeps a json property as text where it has been text', () => {
    const hours = defineProperty('hours', 'json')
    const { column } = property(build(dealFacts([hours])).analysis, 'hours')
    expect(column.type).toBe('jsonb')
    const reason = 'HubSpot declares `json`, which arrives as text.'
    const earlier = {
      ...first,
      properties: first.properties.map((one) =>
        one.name === 'amount'
          ? { ...one, type: 'json', column: { ...one.column, type: 'text' as const, reason } }
          : one,
      ),
    }
    const now = build(dealFacts([{ ...amount, type: 'json' }, dealname]), earlier)
    expect(property(now.analysis, 'amount').column).toEqual(property(earlier, 'amount').column)
    expect(now.advice).toEqual([])
    expect(renderSummary(now.analysis)).not.toContain("type differs from HubSpot's")
  })

  test('reports an earlier analysis that gives one column twice', () => {
    const twice = {
      ...first,
      properties: first.properties.map((one) => ({
        ...one,
        column: { ...one.column, name: 'property_x' },
      })),
    }
    expect(buildAnalysis(dealFacts([amount]), twice, null).problems).toEqual([
      'column `property_x` is given to both `amount` and `dealname`',
    ])
  })
})

test('an analysis survives its file', () => {
  const { analysis } = build(dealFacts([amount, dealname]))
  expect(parseAnalysis(serializeAnalysis(analysis))).toEqual({ analysis })
})
