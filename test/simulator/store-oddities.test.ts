import { describe, expect, test } from 'vitest'
import { createStore } from '../../simulator/create-store.ts'

/** The form of each odd value, stated independently of how it is made. */
const SIGHTINGS: readonly (readonly [type: string, what: string, looks: RegExp])[] = [
  ['number', 'fifty decimals', /^\d+\.\d{40,}$/],
  ['number', 'scientific notation', /^[\d.]+[eE]-?\d+$/],
  ['number', 'grouped digits', /^\d{1,3}(,\d{3})+(\.\d+)?$/],
  ['number', 'epoch in milliseconds', /^1[67]\d{11}$/],
  ['number', 'list of ids', /^\d+;\d+;\d+$/],
  ['number', 'free text', /^(N\/A|n\/a|ca\. 500|-|12 Stück|unknown|€ 1\.200,00)$/],
  ['number', 'cleared', /^$/],
  ['number', 'beyond four bytes', /^[3-9]\d{9}$/],
  ['datetime', 'no fraction', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ['datetime', 'microseconds', /\.\d{6}Z$/],
  ['datetime', 'epoch in milliseconds', /^\d{13}$/],
  ['datetime', 'epoch in seconds', /^\d{10}$/],
  ['datetime', 'epoch as float', /^\d{13}\.0$/],
  ['datetime', 'date only', /^\d{4}-\d\d-\d\d$/],
  ['datetime', 'offset', /\+02:00$/],
  ['datetime', 'year one', /^0001-/],
  ['datetime', 'five-digit year', /^\+058612-/],
  ['datetime', 'beyond what Postgres holds', /^\+294277-/],
  ['datetime', 'cleared', /^$/],
  ['date', 'plain', /^\d{4}-\d\d-\d\d$/],
  ['date', 'epoch', /^\d{13}$/],
  ['date', 'datetime', /T00:00:00Z$/],
  ['date', 'offset', /\+02:00$/],
  ['date', 'year one', /^0001-/],
  ['date', 'cleared', /^$/],
  ['bool', 'yes or no', /^(yes|no)$/],
  ['bool', 'one or zero', /^[01]$/],
  ['bool', 'other case', /^(True|FALSE)$/],
  ['bool', 'cleared', /^$/],
  ['enumeration', 'not among the options', /^\(removed option\)$/],
  ['enumeration', 'list', /;/],
  ['enumeration', 'leading separator', /^;/],
  ['enumeration', 'cleared', /^$/],
  ['string', 'cleared', /^$/],
  ['string', 'bare newline', /^\n$/],
  ['string', 'HTML', /^<(p|div)/],
  ['string', 'JSON', /^\{"/],
  ['string', 'quotes and backslashes', /\\ "x" `y`/],
  ['string', 'bidirectional marks', /\u202e/],
  ['string', 'NUL byte', /\u0000/],
  ['string', 'lone surrogate', /[\ud800-\udbff](?![\udc00-\udfff])/],
  ['string', '65,536 characters', /^[\s\S]{65536}$/],
  ['phone_number', 'as typed', /\/.*-/],
  ['object_coordinates', 'reference', /^0-48-\d+$/],
  ['json', 'text', /^\{"version"/],
]

function tally() {
  const store = createStore()
  const seen = new Map<string, number>()
  let values = 0
  for (const { typeId } of store.objectTypes()) {
    const properties = store.properties(typeId)
    for (const record of store.scan(typeId, 0n, { archived: false })) {
      for (const { name, type } of properties) {
        const value = record.value(name)
        values += value === undefined ? 0 : 1
        for (const [wanted, what, looks] of SIGHTINGS) {
          if (value !== undefined && wanted === type && looks.test(value)) {
            const key = `${type}: ${what}`
            seen.set(key, (seen.get(key) ?? 0) + 1)
          }
        }
      }
    }
  }
  return { seen, values }
}

describe('oddities', () => {
  const { seen, values } = tally()

  test.each(SIGHTINGS.map(([type, what]) => `${type}: ${what}`))('%s occurs', (what) => {
    expect(seen.get(what) ?? 0).toBeGreaterThan(0)
  })

  test('the worst are rare', () => {
    for (const what of [
      'string: NUL byte',
      'string: lone surrogate',
      'string: 65,536 characters',
    ]) {
      expect((seen.get(what) ?? 0) / values).toBeLessThan(1 / 10_000)
    }
    expect((seen.get('number: free text') ?? 0) / values).toBeLessThan(1 / 5_000)
  })

  test('a portal without broken text has other odd values', () => {
    const store = createStore({ oddValues: 'usual' })
    const labels = store.objectTypes().flatMap(({ typeId }) => store.properties(typeId))
    expect(labels.filter(({ label }) => label.includes('\u0000'))).toEqual([])
    const [broken, whole] = [createStore(), store].map((each) =>
      [...each.scan('0-1', 0n, { archived: false })].flatMap(({ properties }) =>
        Object.values(properties).filter((value) => /\u0000/.test(value) || !value.isWellFormed()),
      ),
    )
    expect(broken?.length).toBeGreaterThan(0)
    expect(whole).toEqual([])
  })

  test('a portal can have no odd values at all', () => {
    const store = createStore({ oddValues: 'none' })
    const numbers = store.properties('0-3').filter(({ type }) => type === 'number')
    const values = [...store.scan('0-3', 0n, { archived: false })].flatMap((record) =>
      numbers.flatMap(({ name }) => record.value(name) ?? []),
    )
    expect(values.length).toBeGreaterThan(1_000)
    expect(values.filter((value) => !/^-?\d+(\.\d+)?$/.test(value))).toEqual([])
  })

  test('what identifies and files a record is never odd', () => {
    const store = createStore()
    for (const record of store.scan('0-3', 0n, { archived: false })) {
      expect(record.value('amount') ?? '0').toMatch(/^\d+(\.\d+)?$/)
      expect(record.value('hubspot_owner_id') ?? '1').toMatch(/^\d+$/)
      expect(record.value('closedate') ?? '2026-01-01T00:00:00Z').toMatch(/^20\d\d-.*Z$/)
    }
  })
})
