import type { Analysis, AnalyzedProperty } from './analysis.ts'
import { STANDARD_OBJECT_TYPES } from './object-types.ts'
import { hasOwnColumn } from './overflow.ts'
import { schemaOf } from './schema-name.ts'

type RelationshipKind = 'owner' | 'team' | 'user' | 'pipeline' | 'stage' | 'record'

/** A column whose values are ids of another table. */
export interface Relationship {
  readonly kind: RelationshipKind
  readonly property: AnalyzedProperty
  /** The entity of `record` ids; null for the other kinds. */
  readonly target: RelatedEntity | null
}

interface RelatedEntity {
  readonly entity: string
  /** All tables of a portal have the same schema. */
  readonly schema: string
  /** Table name without schema. */
  readonly table: string
}

/**
 * HubSpot's own properties that hold one record id; HubSpot sends most of them without
 * `referencedObjectType`.
 */
const RECORD_ID_PROPERTIES: Readonly<Record<string, string>> = {
  associatedcompanyid: 'companies',
  hs_parent_company_id: 'companies',
  hs_primary_associated_company: 'companies',
  hs_primary_company_id: 'companies',
  hs_primary_contact_id: 'contacts',
  hs_product_id: 'products',
}

/** HubSpot's own names; it sends most of them without `referencedObjectType`. */
const OWNER_ID = /^(?:hs|hubspot)_(?:.+_)?owner_id(?:_with_.+)?$/
const USER_ID = /^hs_(?:.+_)?user_id(?:_with_.+)?$/

/** In order of preference: an entity that has several uses the first. */
const PIPELINE_PROPERTIES = ['pipeline', 'hs_pipeline']
const STAGE_PROPERTIES = ['dealstage', 'hs_pipeline_stage', 'lifecyclestage']

/**
 * The columns that refer to owners, teams, users, pipelines, stages and other records, in that order, then by
 * property name. Only columns of a type for ids count: text for pipelines and stages, bigint for the rest.
 * There is at most one pipeline and one stage.
 */
export function findRelationships(analysis: Analysis): readonly Relationship[] {
  const properties = analysis.properties.filter(hasOwnColumn)
  return [
    ...ofKind('owner', properties.filter(isOwner)),
    ...ofKind('team', properties.filter(isTeam)),
    ...ofKind('user', properties.filter(isUser)),
    ...ofKind('pipeline', firstText(properties, PIPELINE_PROPERTIES)),
    ...ofKind('stage', firstText(properties, STAGE_PROPERTIES)),
    ...properties.flatMap((property) => recordRelationship(property, schemaOf(analysis))),
  ]
}

/**
 * Whether a property holds the entity's pipelines or its stages. Must be fast: called for each of a thousand
 * properties.
 */
export function findPlaceKind(
  analysis: Analysis,
  property: AnalyzedProperty,
): 'pipeline' | 'stage' | null {
  const isFirst = (names: readonly string[]) =>
    names.includes(property.name) &&
    firstText(analysis.properties.filter(hasOwnColumn), names)[0] === property
  if (isFirst(PIPELINE_PROPERTIES)) return 'pipeline'
  return isFirst(STAGE_PROPERTIES) ? 'stage' : null
}

function ofKind(
  kind: RelationshipKind,
  properties: readonly AnalyzedProperty[],
): readonly Relationship[] {
  return properties.map((property) => ({ kind, property, target: null }))
}

function isOwner(property: AnalyzedProperty): boolean {
  const owner = OWNER_ID.test(property.name) || property.referencedObjectType === 'OWNER'
  return owner && property.column.type === 'bigint'
}

/** A user's id is not an owner's, although most users are owners. */
function isUser(property: AnalyzedProperty): boolean {
  return USER_ID.test(property.name) && property.column.type === 'bigint'
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
