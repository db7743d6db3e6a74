import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, parameter } from '../http/call.ts'
import type { Route } from '../http/router.ts'
import type { Property } from '../store.ts'

export const legacyPropertyRoutes: readonly Route[] = [
  {
    name: 'legacy_properties',
    method: 'GET',
    pattern: 'properties/:objectType/properties',
    versions: ['v2'],
    answer: listLegacyProperties,
  },
]

/** Forms are no object of the CRM, but this API defines their properties. */
const FORM_PROPERTIES: readonly (readonly [name: string, type: string])[] = [
  ['hs_name', 'string'],
  ['hs_form_type', 'enumeration'],
  ['hs_createdate', 'datetime'],
  ['hs_lastmodifieddate', 'datetime'],
  ['hs_object_id', 'number'],
]

/** A bare list: live properties of every class, with stamps in milliseconds. */
function listLegacyProperties(call: Call, context: Context): Answer {
  const name = parameter(call, 'objectType')
  if (name === 'form' || name === 'forms') {
    context.access.requireOneOf(['forms'])
    return jsonAnswer(FORM_PROPERTIES.map(([property, type]) => legacyForm(property, type)))
  }
  const type = context.definitions.objectType(name)
  context.access.requireSchema(type)
  const live = context.store
    .properties(type.typeId)
    .filter((property) => property.archived !== true)
  return jsonAnswer(live.map(legacyShape))
}

function legacyForm(name: string, type: string): object {
  return legacyShape({
    name,
    label: name,
    type,
    fieldType: type === 'string' ? 'text' : type === 'enumeration' ? 'select' : type,
    description: '',
    groupName: 'form_information',
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    formField: false,
    modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: true },
    dataSensitivity: 'non_sensitive',
    hubspotDefined: true,
  })
}

function legacyShape(property: Property): object {
  const { modificationMetadata: rights } = property
  return {
    name: property.name,
    label: property.label,
    description: property.description,
    groupName: property.groupName,
    type: property.type,
    fieldType: property.fieldType,
    hidden: property.hidden,
    options: property.options.map((option) => ({
      readOnly: false,
      doubleData: 0,
      description: option.description ?? '',
      ...option,
    })),
    deleted: false,
    displayOrder: property.displayOrder,
    formField: property.formField,
    readOnlyValue: rights['readOnlyValue'] === true,
    readOnlyDefinition: rights['readOnlyDefinition'] === true,
    mutableDefinitionNotDeletable: rights['archivable'] !== true,
    calculated: property.calculated,
    externalOptions: property.externalOptions,
    hasUniqueValue: property.hasUniqueValue,
    hubspotDefined: property.hubspotDefined ?? null,
    showCurrencySymbol: property.showCurrencySymbol ?? null,
    currencyPropertyName: property.currencyPropertyName ?? null,
    textDisplayHint: property.textDisplayHint ?? null,
    numberDisplayHint: property.numberDisplayHint ?? null,
    referencedObjectType: property.referencedObjectType ?? null,
    displayMode: 'current_value',
    favorited: false,
    favoritedOrder: -1,
    createdAt: msOf(property.createdAt),
    updatedAt: msOf(property.updatedAt),
    createdUserId: numberOf(property.createdUserId),
    updatedUserId: numberOf(property.updatedUserId),
  }
}

function msOf(instant: string | undefined): number | null {
  return instant === undefined ? null : Date.parse(instant)
}

function numberOf(id: string | undefined): number | null {
  return id === undefined ? null : Number(id)
}
