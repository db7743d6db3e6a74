import { describe, expect, test } from 'vitest'
import { applyEvidence } from '../../generator/model/apply-evidence.ts'
import { decideColumnType } from '../../generator/model/column-type.ts'
import { defineProperty, evidenceOf } from '../support/entity-facts.ts'

function decide(name: string, type: string, evidence: ReturnType<typeof evidenceOf>) {
  const property = defineProperty(name, type)
  return applyEvidence(decideColumnType(property), property, evidence)
}

describe('evidence and column types', () => {
  test('whole amounts stay numeric: tomorrow they may have cents', () => {
    expect(decide('amount', 'number', evidenceOf({ integer: 5000 })).type).toBe('numeric')
  })

  test('a number that is named id and is always whole becomes bigint, and says why', () => {
    const decision = decide(
      'order_id',
      'number',
      evidenceOf({ integer: 120 }, { integerDigits: 11 }),
    )
    expect(decision).toEqual({
      type: 'bigint',
      reason:
        'HubSpot declares `number`; the name says id and all 120 sampled values are whole numbers of at most 11 digits.',
    })
  })

  test.each([
    ['too few values', evidenceOf({ integer: 99 })],
    ['one decimal', evidenceOf({ integer: 400, decimal: 1 })],
    ['more digits than 64 bits surely hold', evidenceOf({ integer: 400 }, { integerDigits: 19 })],
  ])('an id-named number stays numeric with %s', (_what, evidence) => {
    expect(decide('order_id', 'number', evidence).type).toBe('numeric')
  })

  test('a number that holds `;` lists becomes text and states the share', () => {
    const evidence = evidenceOf({ integer: 390, list: 10 }, { unparsable: 10 })
    const decision = decide('manual_campaigns', 'number', evidence)
    expect(decision.type).toBe('text')
    expect(decision.reason).toContain('10 of 400 (2.5 %) sampled values are lists')
  })

  test('one list among few values is a slip', () => {
    const evidence = evidenceOf({ integer: 39, list: 1 }, { unparsable: 1 })
    expect(decide('seconds', 'number', evidence).type).toBe('numeric')
  })

  test('free text makes a number text from one value in twenty on', () => {
    const below = evidenceOf({ integer: 96, text: 4 }, { unparsable: 4 })
    const above = evidenceOf({ integer: 95, text: 5 }, { unparsable: 5 })
    expect(decide('budget', 'number', below).type).toBe('numeric')
    expect(decide('budget', 'number', above).type).toBe('text')
  })

  test('an id column with lists becomes text, with fractions numeric', () => {
    expect(decide('hs_object_id', 'number', evidenceOf({ integer: 97, list: 3 })).type).toBe('text')
    const fractions = evidenceOf({ integer: 90, decimal: 10 })
    const decision = decide('hs_lead_flow_id', 'number', fractions)
    expect(decision.type).toBe('numeric')
    expect(decision.reason).toContain('10 of 100 (10.0 %) sampled values are not whole numbers')
  })

  test.each(['date', 'datetime', 'bool'])('%s gives way only when half does not parse', (type) => {
    const declared = decideColumnType(defineProperty('p', type)).type
    const below = evidenceOf({ text: 49, iso_date: 51 }, { unparsable: 49 })
    const above = evidenceOf({ text: 50, iso_date: 50 }, { unparsable: 50 })
    expect(decide('p', type, below).type).toBe(declared)
    expect(decide('p', type, above).type).toBe('text')
  })

  test('a handful of values decides nothing', () => {
    const evidence = evidenceOf({ list: 19 }, { unparsable: 19 })
    expect(decide('amount', 'number', evidence).type).toBe('numeric')
  })
})
