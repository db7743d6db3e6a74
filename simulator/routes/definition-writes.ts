import { newProperty } from '../apply-page-change.ts'
import type { Context } from '../context.ts'
import { type Answer, jsonAnswer, noContentAnswer } from '../http/answer.ts'
import { bodyObject, type Call, parameter, requiredText, textField } from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { Refusal } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ObjectType, Property } from '../store.ts'
import { missingProperty } from './properties.ts'

const propertyPath = 'crm/properties/:objectType/:propertyName'

export const definitionWriteRoutes: readonly Route[] = [
  {
    name: 'create_property',
    method: 'POST',
    pattern: 'crm/properties/:objectType',
    versions: v3AndDated,
    answer: createProperty,
  },
  {
    name: 'update_property',
    method: 'PATCH',
    pattern: propertyPath,
    versions: v3AndDated,
    answer: retypeProperty,
  },
  {
    name: 'archive_property',
    method: 'DELETE',
    pattern: propertyPath,
    versions: v3AndDated,
    answer: archiveProperty,
  },
]

/** Creating a property with an archived name restores it, with the new type. */
function createProperty(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const body = bodyObject(call)
  const name = requiredText(body, 'name')
  const [wantedType, fieldType] = [requiredText(body, 'type'), requiredText(body, 'fieldType')]
  const known = findProperty(context, type, name)
  if (known !== undefined && known.archived !== true) throw existingProperty(name)
  if (known === undefined) {
    const property = newProperty({
      name,
      label: requiredText(body, 'label'),
      type: wantedType,
      fieldType,
      groupName: requiredText(body, 'groupName'),
      description: textField(body, 'description') ?? '',
      createdAt: new Date(context.clock.nowMs()).toISOString(),
    })
    context.store.addProperty(type.typeId, property)
  } else {
    context.store.restoreProperty(type.typeId, name)
    context.store.retypeProperty(type.typeId, name, wantedType, fieldType)
  }
  return jsonAnswer(findProperty(context, type, name), 201)
}

/** Only type and field type can be changed here. */
function retypeProperty(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  const body = bodyObject(call)
  const { name, ...known } = liveProperty(call, context, type)
  const wantedType = textField(body, 'type') ?? known.type
  const fieldType = textField(body, 'fieldType') ?? known.fieldType
  context.store.retypeProperty(type.typeId, name, wantedType, fieldType)
  return jsonAnswer(findProperty(context, type, name))
}

function archiveProperty(call: Call, context: Context): Answer {
  const type = writableType(call, context)
  context.store.archiveProperty(type.typeId, liveProperty(call, context, type).name)
  return noContentAnswer
}

function writableType(call: Call, context: Context): ObjectType {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  const scopes = type.schemaScopes.map((scope) => scope.replace(/\.read$/, '.write'))
  context.access.requireOneOf(scopes)
  return type
}

function findProperty(context: Context, type: ObjectType, name: string): Property | undefined {
  return context.store.properties(type.typeId).find((property) => property.name === name)
}

function liveProperty(call: Call, context: Context, type: ObjectType): Property {
  const name = parameter(call, 'propertyName')
  const property = findProperty(context, type, name)
  if (property === undefined || property.archived === true) throw missingProperty(name)
  return property
}

function existingProperty(name: string): Refusal {
  return new Refusal(409, {
    message: `A property named '${name}' already exists.`,
    category: 'OBJECT_ALREADY_EXISTS',
    subCategory: 'Properties.PROPERTY_WITH_NAME_EXISTS',
  })
}
