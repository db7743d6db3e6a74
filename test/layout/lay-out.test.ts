import { describe, expect, test } from 'vitest'
import type { Analysis, Evidence } from '../../generator/model/analysis.ts'
import { parseAnalysis, serializeAnalysis } from '../../generator/model/analysis-file.ts'
import { buildAnalysis, type PropertyDefinition } from '../../generator/model/build-analysis.ts'
import { predictFit } from '../../generator/model/fit.ts'
import { hasOverflow, hasOwnColumn, overflowProperties } from '../../generator/model/overflow.ts'
import { ROW_BYTES } from '../../generator/model/row-width.ts'
import { renderSummary } from '../../generator/render/report/summary.ts'
import { dealFacts, defineProperty, evidenceOf } from '../support/entity-facts.ts'

const needed = [
  defineProperty('dealname'),
  defineProperty('createdate', 'datetime'),
  defineProperty('hs_lastmodifieddate', 'datetime'),
  defineProperty('dealstage', 'enumeration'),
  defineProperty('pipeline', 'enumeration'),
  defineProperty('hubspot_owner_id', 'enumeration', { referencedObjectType: 'OWNER' }),
]

function texts(count: number, from = 0): PropertyDefinition[] {
  return Array.from({ length: count }, (_, index) => defineProperty(`text_${from + index}`))
}

function explore(
  definitions: readonly PropertyDefinition[],
  earlier: Analysis | null = null,
  sample: { filled: (name: string) => number; fullestRecord: number } | null = null,
): Analysis {
  const evidence = new Map<string, Evidence>(
    [...needed, ...definitions].map(({ name }) => [
      name,
      evidenceOf({ text: sample?.filled(name) ?? 0 }, { longest: 20 }),
    ]),
  )
  const facts = dealFacts([...needed, ...definitions])
  return buildAnalysis(
    facts,
    earlier,
    sample === null ? null : { records: 100, evidence, fullestRecord: sample.fullestRecord },
  ).analysis
}

const moved = (analysis: Analysis) => overflowProperties(analysis).map(({ name }) => name)

describe('what fits', () => {
  test('an entity of everyday width has a column for every property', () => {
    const analysis = explore(texts(700))
    expect(hasOverflow(analysis)).toBe(false)
    expect(predictFit(analysis)).toMatchObject({ columns: 712, basis: 'assumed' })
    expect(predictFit(analysis).rowBytes).toBeLessThanOrEqual(ROW_BYTES)
  })

  test('a sample shows that a thousand sparse properties fit', () => {
    expect(moved(explore(texts(1_000))).length).toBeGreaterThan(0)
    const sparse = explore(texts(1_000), null, { filled: () => 5, fullestRecord: 60 })
    expect(hasOverflow(sparse)).toBe(false)
    expect(predictFit(sparse)).toMatchObject({ basis: 'sampled', filledColumns: 75 })
  })
})

describe('what does not fit', () => {
  test('more properties than a table has columns share one, but not what is indexed or joined', () => {
    const analysis = explore(texts(2_000), null, { filled: () => 1, fullestRecord: 30 })
    expect(predictFit(analysis).columns).toBeLessThanOrEqual(1_010)
    for (const { name } of needed) expect(moved(analysis)).not.toContain(name)
  })

  test('the most often filled properties keep a column', () => {
    const analysis = explore(texts(1_200), null, {
      filled: (name) => (Number(name.slice(5)) % 5 === 0 ? 90 : 10),
      fullestRecord: 600,
    })
    const out = moved(analysis)
    expect(out.length).toBeGreaterThan(400)
    expect(out.every((name) => Number(name.slice(5)) % 5 !== 0)).toBe(true)
    expect(predictFit(analysis).rowBytes).toBeLessThanOrEqual(ROW_BYTES)
  })

  test('the same properties in another order are laid out the same', () => {
    const definitions = texts(1_700)
    expect(explore(definitions.toReversed())).toEqual(explore(definitions))
  })

  test('a property stays where it is, whatever comes, goes and is sampled', () => {
    const first = explore(texts(1_700))
    const placed = new Map(first.properties.map((one) => [one.name, hasOwnColumn(one)]))
    const later = explore([...texts(1_500, 100), ...texts(300, 5_000)], first, {
      filled: (name) => Number(name.slice(5)) % 100 || 0,
      fullestRecord: 900,
    })
    for (const one of later.properties) {
      const before = placed.get(one.name)
      expect([one.name, hasOwnColumn(one)]).toEqual([one.name, before ?? false])
    }
    expect(later.properties.length).toBe(needed.length + 2_000)
  })

  test('a table that is full gets no further column: what is new is moved out', () => {
    const full = explore(texts(1_500), null, { filled: () => 1, fullestRecord: 40 })
    expect(hasOverflow(full)).toBe(false)
    const later = explore(texts(1_700), full)
    expect(predictFit(later)).toMatchObject({ columns: 1_513, overflowProperties: 200 })
    expect(new Set(overflowProperties(later).map(({ column }) => column.overflow)).size).toBe(1)
  })

  test('where a property went, and why, is in the analysis and in the summary', () => {
    const analysis = explore(texts(1_700))
    expect(parseAnalysis(serializeAnalysis(analysis))).toEqual({ analysis })
    const summary = renderSummary(analysis)
    expect(summary).toContain(`${moved(analysis).length} properties share the column \`overflow\``)
    expect(summary).toContain('nothing was sampled that ranks it higher')
    expect(Math.max(...summary.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(100)
  })
})

test('names that differ in letter case only are listed, because they must be quoted', () => {
  const analysis = explore([defineProperty('Size'), defineProperty('size')])
  expect(predictFit(analysis).sameButForCase).toEqual([['property_Size', 'property_size']])
  expect(renderSummary(analysis)).toContain('quote these  property_Size, property_size')
})
