import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis, serializeAnalysis } from '../../generator/model/analysis-file.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { anyCharacter } from '../support/any-character.ts'
import { dealFacts, defineProperty, evidenceOf } from '../support/entity-facts.ts'

const { analysis } = buildAnalysis(
  dealFacts([
    defineProperty('amount', 'number'),
    defineProperty('dealtype', 'enumeration', {
      options: [
        { value: 'new', label: 'New business' },
        { value: '', label: 'None' },
      ],
    }),
  ]),
  null,
  { records: 3, evidence: new Map([['amount', evidenceOf({ integer: 3 })]]) },
)

/** The file after an edit by hand. */
function edited(change: (file: EditedFile, properties: EditedProperty[]) => void) {
  const file = JSON.parse(serializeAnalysis(analysis)) as EditedFile
  change(file, file.properties)
  return parseAnalysis(JSON.stringify(file))
}

interface EditedFile {
  entity: unknown
  groups?: unknown
  keyPropety?: unknown
  properties: EditedProperty[]
}

interface EditedProperty {
  archived: unknown
  column: { name: unknown; type: unknown }
}

describe('the text of analysis.json', () => {
  test('is the same whatever the order of keys in memory, and ends with a newline', () => {
    const shuffled = Object.fromEntries(Object.entries(analysis).reverse()) as unknown as Analysis
    expect(serializeAnalysis(shuffled)).toBe(serializeAnalysis(analysis))
    expect(serializeAnalysis(analysis).endsWith('}\n')).toBe(true)
  })

  test('has an option on a line, and shows what a reader could not see', () => {
    const hostile = 'A\u202eB\u200b*/'
    const text = serializeAnalysis({
      ...analysis,
      properties: analysis.properties.map((one) => ({ ...one, label: hostile })),
    })
    expect(text).toContain('\n        { "value": "new", "label": "New business" },\n')
    expect(text).toContain('"A\\u202eB\\u200b*/"')
    expect(parseAnalysis(text)).toMatchObject({
      analysis: { properties: [{ label: hostile }, {}] },
    })
  })

  test('says the same analysis when it is read again, whatever the texts in it', () => {
    const anyText = fc.string({ unit: anyCharacter, maxLength: 30 })
    fc.assert(
      fc.property(anyText, anyText, anyText, fc.array(anyText), (label, group, type, options) => {
        const original: Analysis = {
          ...analysis,
          groups: [{ name: group, label }],
          properties: analysis.properties.map((one) => ({
            ...one,
            label,
            group,
            type,
            options: options.map((value) => ({ value, label })),
          })),
        }
        expect(parseAnalysis(serializeAnalysis(original))).toEqual({ analysis: original })
      }),
    )
  })
})

describe('an analysis.json that was edited', () => {
  test('may list properties in any order', () => {
    const result = edited((_file, properties) => properties.reverse())
    expect(result).toMatchObject({ analysis: { properties: [{ name: 'dealtype' }, {}] } })
  })

  test('cut off anywhere is a problem and not an exception', () => {
    const text = serializeAnalysis(analysis)
    for (let length = 0; length < text.length - 2; length += 7) {
      expect(parseAnalysis(text.slice(0, length))).toHaveProperty('problems')
    }
  })

  test('has every problem reported with its place', () => {
    const result = edited((file, properties) => {
      file.entity = '../deals'
      delete file.groups
      const [amount] = properties
      if (amount === undefined) throw new Error('no property')
      amount.column.type = 'int4'
      amount.column.name = `property_${'x'.repeat(60)}`
      amount.archived = 'no'
    })
    expect('problems' in result && result.problems).toEqual([
      'entity: must be lower-case letters, digits and `_`, beginning with a letter',
      expect.stringMatching(/^groups: /),
      expect.stringMatching(/^properties\[0\]\.archived: .*boolean/),
      expect.stringMatching(/^properties\[0\]\.column\.name: `property_x+` has 69 bytes/),
      expect.stringMatching(/^properties\[0\]\.column\.type: .*numeric/),
    ])
  })

  test.each([
    [
      'duplicate column',
      'property_dealtype',
      '`property_dealtype` is already the column of properties[0]',
    ],
    ['a system column', '_fivetran_synced', '`_fivetran_synced` is a column that every table has'],
  ])('with %s is refused', (_what, name, problem) => {
    const result = edited((_file, properties) => {
      const [amount] = properties
      if (amount === undefined) throw new Error('no property')
      amount.column.name = name
      properties.reverse()
    })
    expect(result).toEqual({ problems: [`properties[1].column.name: ${problem}`] })
  })

  test.each(['null', '[]', '"text"', '{}', '', 'not json', '{"__proto__": {}}'])(
    '%s is not an analysis',
    (text) => {
      expect(parseAnalysis(text)).toHaveProperty('problems')
    },
  )

  test('a misspelt key is a problem, not an omission', () => {
    const result = edited((file) => {
      file.keyPropety = 'email'
    })
    expect('problems' in result && result.problems.join()).toContain('keyPropety')
  })
})
