import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { STANDARD_OBJECT_TYPES } from './object-types.ts'
import { hasOwnColumn } from './overflow.ts'
import { schemaOf } from './schema-name.ts'

type RelationshipKind = 'owner' | 'team' | 'pipeline' | 'stage' | 'record'

/** A column whose values are ids of something else. */
export interface Relationship {
  readonly kind: RelationshipKind
  readonly property: AnalyzedProperty
  /** The entity that `record` ids belong to; null for the other kinds, which have no table of their own. */
  readonly target: RelatedEntity | null
}

interface RelatedEntity {
  readonly entity: string
  /** All tables of a portal are in one. */
  readonly schema: string
  /** Table name without schema. */
  readonly table: string
}

/** Properties of HubSpot's own that hold one record id; most are sent without `referencedObjectType`. */
const RECORD_ID_PROPERTIES: Readonly<Record<string, string>> = {
  associatedcompanyid: 'companies',
  hs_parent_company_id: 'companies',
  hs_primary_associated_company: 'companies',
  hs_primary_company_id: 'companies',
  hs_primary_contact_id: 'contacts',
  hs_product_id: 'products',
}

/** In order of preference: an entity that has several uses the first. */
const PIPELINE_PROPERTIES = ['pipeline', 'hs_pipeline']
const STAGE_PROPERTIES = ['dealstage', 'hs_pipeline_stage', 'lifecyclestage']

/**
 * The columns that point to owners, teams, pipelines, stages and other records, in that order and then
 * by property name. A column counts only with a type that ids are kept in: pipelines and stages as
 * text, the rest as bigint. There is at most one pipeline and one stage.
 */
export function findRelationships(analysis: Analysis): readonly Relationship[] {
  const properties = analysis.properties.filter(hasOwnColumn)
  return [
    ...ofKind('owner', properties.filter(isOwner)),
    ...ofKind('team', properties.filter(isTeam)),
    ...ofKind('pipeline', firstText(properties, PIPELINE_PROPERTIES)),
    ...ofKind('stage', firstText(properties, STAGE_PROPERTIES)),
    ...properties.flatMap((property) => recordRelationship(property, schemaOf(analysis))),
  ]
}

/** Whether a property holds the entity's pipelines or its stages. Asked of each of a thousand properties. */
export function findPlaceKind(
  analysis: Analysis,
  property: AnalyzedProperty,
): 'pipeline' | 'stage' | null {
  const { name } = property
  if (!PIPELINE_PROPERTIES.includes(name) && !STAGE_PROPERTIES.includes(name)) return null
  const found = findRelationships(analysis).find((each) => each.property === property)
  return found?.kind === 'pipeline' || found?.kind === 'stage' ? found.kind : null
}

function ofKind(
  kind: RelationshipKind,
  properties: readonly AnalyzedProperty[],
): readonly Relationship[] {
  return properties.map((property) => ({ kind, property, target: null }))
}

function isOwner(property: AnalyzedProperty): boolean {
  const owner = property.name === 'hubspot_owner_id' || property.referencedObjectType === 'OWNER'
  return owner && property.column.type === 'bigint'
}

function isTeam(property: AnalyzedProperty): boolean {
  return property.name === 'hubspot_team_id' && property.column.type === 'bigint'
}

function firstText(
  properties: readonly AnalyzedProperty[],
  names: readonly string[],
): readonly AnalyzedProperty[] {
  return names
    .flatMap((name) => properties.filter((property) => property.name === name))
    .filter((property) => property.column.type === 'text')
    .slice(0, 1)
}

function recordRelationship(property: AnalyzedProperty, schema: string): readonly Relationship[] {
  const target = relatedEntity(property, schema)
  if (target === null || property.column.type !== 'bigint') return []
  return [{ kind: 'record', property, target }]
}

function relatedEntity(property: AnalyzedProperty, schema: string): RelatedEntity | null {
  const entity = Object.hasOwn(RECORD_ID_PROPERTIES, property.name)
    ? RECORD_ID_PROPERTIES[property.name]
    : undefined
  const table = property.referencedObjectType?.toLowerCase()
  if (entity === undefined && table === undefined) return null
  const related = STANDARD_OBJECT_TYPES.find((type) =>
    entity === undefined ? type.table === table : type.entity === entity,
  )
  return related === undefined ? null : { entity: related.entity, schema, table: related.table }
}
