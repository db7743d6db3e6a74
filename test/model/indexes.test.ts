import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { buildAnalysis, type PropertyDefinition } from '../../generator/model/build-analysis.ts'
import { indexName, planIndexes } from '../../generator/model/indexes.ts'
import { findRelationships } from '../../generator/model/relationships.ts'
import { renderQualitySql } from '../../generator/render/entity/quality-sql.ts'
import { dealFacts, defineProperty, evidenceOf } from '../support/entity-facts.ts'

const analyze = (...definitions: readonly PropertyDefinition[]): Analysis =>
  buildAnalysis(dealFacts(definitions), null, null).analysis

const columnsOf = (analysis: Analysis) =>
  planIndexes(analysis).map(({ kind, column, method }) => [kind, column, method])

test('key, owner, created, modified, what points elsewhere, and synced are indexed', () => {
  const analysis = analyze(
    defineProperty('dealname'),
    defineProperty('dealstage', 'enumeration', { externalOptions: true }),
    defineProperty('pipeline', 'enumeration', { externalOptions: true }),
    defineProperty('createdate', 'datetime'),
    defineProperty('hs_lastmodifieddate', 'datetime'),
    defineProperty('hubspot_owner_id', 'enumeration', { referencedObjectType: 'OWNER' }),
    defineProperty('second_owner', 'enumeration', { referencedObjectType: 'OWNER' }),
    defineProperty('hs_primary_associated_company', 'number'),
    defineProperty('amount', 'number'),
  )
  expect(columnsOf(analysis)).toEqual([
    ['key', 'property_dealname', 'hash'],
    ['owner', 'property_hubspot_owner_id', 'btree'],
    ['created', 'property_createdate', 'btree'],
    ['modified', 'property_hs_lastmodifieddate', 'btree'],
    ['pipeline', 'property_pipeline', 'btree'],
    ['stage', 'property_dealstage', 'btree'],
    ['record', 'property_hs_primary_associated_company', 'btree'],
    ['synced', '_fivetran_synced', 'btree'],
    ['deleted', 'id', 'btree'],
  ])
  expect(findRelationships(analysis).map(({ property }) => property.name)).toContain('second_owner')
})

test('an entity with none of these still has its system columns indexed', () => {
  expect(columnsOf(analyze(defineProperty('anything')))).toEqual([
    ['modified', 'updated_at', 'btree'],
    ['synced', '_fivetran_synced', 'btree'],
    ['deleted', 'id', 'btree'],
  ])
})

test('a column whose type cannot hold what its name promises is no relationship and no time', () => {
  const analysis = analyze(
    defineProperty('hubspot_owner_id', 'enumeration'),
    defineProperty('createdate', 'string'),
    defineProperty('hs_lastmodifieddate', 'datetime'),
  )
  const retyped: Analysis = {
    ...analysis,
    properties: analysis.properties.map((property) =>
      property.name === 'hubspot_owner_id'
        ? { ...property, column: { ...property.column, type: 'text' } }
        : property,
    ),
  }
  expect(columnsOf(retyped).map(([kind]) => kind)).toEqual(['modified', 'synced', 'deleted'])
})

test('e-mail addresses and domains get a B-tree, unless HubSpot may send longer ones', () => {
  const methodOf = (name: string, rest: Partial<PropertyDefinition>, longest?: number) => {
    const { analysis } = buildAnalysis(
      dealFacts([defineProperty(name, 'string', rest)], { keyProperty: name }),
      null,
      longest === undefined
        ? null
        : { records: 9, evidence: new Map([[name, { ...evidenceOf({ text: 9 }), longest }]]) },
    )
    return planIndexes(analysis).find(({ kind }) => kind === 'key')?.method
  }
  const own = { hubspotDefined: true }
  expect(methodOf('email', own)).toBe('btree')
  expect(methodOf('domain', own, 255)).toBe('btree')
  expect(methodOf('domain', own, 256)).toBe('hash')
  expect(methodOf('email', {})).toBe('hash')
  expect(methodOf('dealname', own, 9)).toBe('hash')
})

test('a pipeline column has no index while HubSpot has a single pipeline, and is still checked', () => {
  const pipeline = (id: string) => ({ id, label: id, stages: [] })
  const definitions = [defineProperty('hs_pipeline', 'enumeration', { externalOptions: true })]
  const analysisOf = (...ids: readonly string[]) =>
    buildAnalysis(dealFacts(definitions, { pipelines: ids.map(pipeline) }), null, null).analysis
  const kinds = (analysis: Analysis) => planIndexes(analysis).map(({ kind }) => kind)
  expect(kinds(analysisOf('only'))).not.toContain('pipeline')
  expect(kinds(analysisOf('one', 'other'))).toContain('pipeline')
  expect(kinds(analysisOf())).toContain('pipeline')
  for (const analysis of [analysisOf('only'), analysisOf('one', 'other')]) {
    expect(renderQualitySql(analysis)).toContain("'property_hs_pipeline is no pipeline in HubSpot'")
  }
})

test('columns with ids of users and of further owners are relationships', () => {
  const analysis = analyze(
    defineProperty('hs_created_by_user_id', 'number'),
    defineProperty('hs_ticket_owner_id', 'enumeration', { externalOptions: true }),
    defineProperty('user_id', 'number'),
  )
  expect(findRelationships(analysis).map(({ kind, property }) => [kind, property.name])).toEqual([
    ['owner', 'hs_ticket_owner_id'],
    ['user', 'hs_created_by_user_id'],
  ])
})

test('an archived property keeps its index', () => {
  const before = analyze(defineProperty('dealname'), defineProperty('hs_product_id', 'number'))
  const { analysis } = buildAnalysis(dealFacts([defineProperty('dealname')]), before, null)
  expect(analysis.properties.find(({ name }) => name === 'hs_product_id')?.archived).toBe(true)
  expect(columnsOf(analysis)).toContainEqual(['record', 'property_hs_product_id', 'btree'])
})

test('ids of records name the entity and the table that they belong to', () => {
  const analysis = analyze(
    defineProperty('associatedcompanyid', 'number', { referencedObjectType: 'COMPANY' }),
    defineProperty('line_item', 'number', { referencedObjectType: 'LINE_ITEM' }),
    defineProperty('sequence', 'number', { referencedObjectType: 'SEQUENCE' }),
  )
  const targets = findRelationships(analysis).map(({ property, target }) => [property.name, target])
  expect(targets).toContainEqual([
    'associatedcompanyid',
    { entity: 'companies', schema: 'hubspot', table: 'company' },
  ])
  expect(targets).not.toContainEqual(['sequence', expect.anything()])
})

test('properties called `deleted`, `id` and `is_deleted` leave the deleted rows an index of its own name', () => {
  const names = ['deleted', 'id', 'is_deleted']
  const analysis = analyze(...names.map((name) => defineProperty(name)))
  const indexes = planIndexes({ ...analysis, extraIndexes: names })
  expect(new Set(indexes.map(({ name }) => name)).size).toBe(indexes.length)
  expect(indexes.filter(({ predicate }) => predicate === 'is_deleted')).toHaveLength(1)
})

test('index names fit, are stable and stay apart', () => {
  const name = indexName('marketing_events', 'a_property_with_a_name_that_is_much_too_long')
  expect(name).toMatch(/^idx_hubspot_marketing_events_a_property_with_a_name_th_[0-9a-f]{8}$/)
  const what = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 })
  fc.assert(
    fc.property(what, what, (one, other) => {
      fc.pre(one !== other)
      expect(Buffer.byteLength(indexName('deals', one))).toBeLessThanOrEqual(63)
      expect(indexName('deals', one)).not.toBe(indexName('deals', other))
    }),
  )
})
