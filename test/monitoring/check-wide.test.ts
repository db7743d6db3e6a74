import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { hasOwnColumn, overflowProperties } from '../../generator/model/overflow.ts'
import { checkEntity } from '../../generator/project/check-entity.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { generateEntities } from '../support/generated-entity.ts'

const texts = Array.from({ length: 1_700 }, (_, index) => defineProperty(`text_${index}`))
const definitions = [
  defineProperty('dealname'),
  defineProperty('hs_lastmodifieddate', 'datetime'),
  ...texts,
]
const laidOut = buildAnalysis(dealFacts(definitions), null, null).analysis
// Tables that grew over time have nearly as many columns as Postgres allows.
const analysis: Analysis = {
  ...laidOut,
  properties: laidOut.properties.map((property, index) => {
    const { overflow: _, ...column } = property.column
    return index < 1_580
      ? { ...property, column }
      : { ...property, column: { ...column, overflow: 'full' } }
  }),
}
const shared = overflowProperties(analysis).map(({ column, name }) => ({ key: column.name, name }))
const [first = { key: '', name: '' }, second = { key: '', name: '' }] = shared

test('a table as wide as Postgres has them is measured, with what shares its last column', async () => {
  const own = analysis.properties.filter(hasOwnColumn)
  expect(own.length).toBeGreaterThan(1_500)
  expect(shared.length).toBeGreaterThan(100)
  await using entities = await generateEntities([analysis])
  const config = {
    quality: { deals: { completeness: { [first.name]: 50 }, duplicates: { [first.name]: 10 } } },
  }
  const file = join(entities.directory, 'hubgen.config.ts')
  await writeFile(file, `export default ${JSON.stringify(config)}`)
  const last = own.at(-1)
  const overflow = [
    { [first.key]: 'same', [second.key]: 'a' },
    { [first.key]: ' SAME' },
    {},
    { [second.key]: 'deleted' },
  ]
  for (const [index, values] of overflow.entries()) {
    await entities.scratch.query(
      `INSERT INTO hubspot.deal (id, updated_at, is_deleted, _fivetran_deleted, overflow, ${last?.column.name})
       VALUES ($1, $2, $3, $3, $4, 'x')`,
      [index + 1, new Date(Date.UTC(2026, 0, index + 1)), index === 3, JSON.stringify(values)],
    )
  }
  const { results, properties } = await checkEntity(
    entities.generated,
    'deals',
    entities.database,
    entities.directory,
  )
  expect(properties).toEqual({
    measured: analysis.properties.length,
    empty: analysis.properties.length - 3,
  })
  expect(results.filter(({ subject }) => subject === first.key)).toMatchObject([
    { checkName: 'completeness', records: 3, failing: 1, exampleId: '3', passed: true },
    { checkName: 'duplicates', records: 2, failing: 2, exampleId: '1', passed: false },
  ])
  const use = await entities.scratch.query(
    `SELECT property, filled::int, distinct_values::int, last_written_at FROM hubgen.property_use
     WHERE filled > 0 ORDER BY property = $1 DESC, property = $2 DESC`,
    [first.name, second.name],
  )
  const day = (date: number) => new Date(Date.UTC(2026, 0, date))
  expect(use).toEqual([
    { property: first.name, filled: 2, distinct_values: null, last_written_at: day(2) },
    { property: second.name, filled: 1, distinct_values: null, last_written_at: day(1) },
    { property: last?.name, filled: 3, distinct_values: 1, last_written_at: day(3) },
  ])
})
