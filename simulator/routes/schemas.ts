import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, flagOption, parameter } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import type { Route } from '../http/router.ts'
import type { ObjectType } from '../store.ts'

export const schemaRoutes: readonly Route[] = [
  {
    name: 'schemas',
    method: 'GET',
    pattern: 'crm-object-schemas/schemas',
    versions: v3AndDated,
    answer: listSchemas,
  },
  {
    name: 'schema',
    method: 'GET',
    pattern: 'crm-object-schemas/schemas/:objectType',
    versions: v3AndDated,
    answer: readSchema,
  },
]

const builtInCreatedAt = '1970-01-01T00:00:00Z'
const customCreatedAt = '2024-02-19T09:14:27.318Z'

/** Custom objects only; `archived=true` also lists the active ones. */
function listSchemas(call: Call, context: Context): Answer {
  const { store } = context
  const custom = store.objectTypes().filter((type) => type.custom)
  const archived = flagOption(call, 'archived') ? store.archivedObjectTypes() : []
  context.access.requireOneOf(['crm.schemas.custom.read', 'custom-object-read'])
  return jsonAnswer({
    results: [
      ...custom.map((type) => schemaOf(call, context, type)),
      ...archived.map((type) => ({ ...schemaOf(call, context, type), archived: true })),
    ],
  })
}

function readSchema(call: Call, context: Context): Answer {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireSchema(type)
  return jsonAnswer(schemaOf(call, context, type))
}

function schemaOf(call: Call, context: Context, type: ObjectType): object {
  const shows = (flag: string): boolean => call.query.get(flag) !== 'false'
  const { store } = context
  const display = type.primaryDisplayProperty
  const others = type.defaultProperties.filter((name) => name !== display).slice(0, 2)
  const properties = store
    .properties(type.typeId)
    .filter((property) => property.archived !== true)
    .filter((property) => property.dataSensitivity === 'non_sensitive')
  return {
    labels: type.labels,
    requiredProperties: type.custom ? [display] : [],
    searchableProperties: type.custom ? [display] : [],
    primaryDisplayProperty: display,
    secondaryDisplayProperties: others,
    allowsSensitiveProperties: true,
    archived: false,
    restorable: true,
    metaType: type.custom ? 'PORTAL_SPECIFIC' : 'HUBSPOT',
    id: type.typeId.split('-')[1] ?? type.typeId,
    fullyQualifiedName: type.fullyQualifiedName ?? type.singularName.toUpperCase(),
    createdAt: type.custom ? customCreatedAt : builtInCreatedAt,
    updatedAt: customCreatedAt,
    ...(shows('includeAuditMetadata') ? { createdByUserId: null, updatedByUserId: null } : {}),
    objectTypeId: type.typeId,
    properties: shows('includePropertyDefinitions') ? properties : [],
    associations: shows('includeAssociationDefinitions') ? associationsOf(context, type) : [],
    name: type.custom ? type.name : type.singularName.toUpperCase(),
  }
}

function associationsOf(context: Context, from: ObjectType): object[] {
  return context.store.objectTypes().flatMap((to) =>
    context.store.associationTypes(from.typeId, to.typeId).map((association) => ({
      fromObjectTypeId: from.typeId,
      toObjectTypeId: to.typeId,
      name: `${from.singularName}_to_${to.singularName}`.toLowerCase(),
      cardinality: 'ONE_TO_MANY',
      inverseCardinality: 'ONE_TO_MANY',
      hasUserEnforcedMaxToObjectIds: false,
      hasUserEnforcedMaxFromObjectIds: false,
      maxToObjectIds: 10_000,
      maxFromObjectIds: 10_000,
      id: String(association.typeId),
      createdAt: null,
      updatedAt: null,
    })),
  )
}
