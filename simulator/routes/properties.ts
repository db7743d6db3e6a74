import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import {
  batchInputs,
  bodyObject,
  type Call,
  flagOption,
  parameter,
  requiredText,
  textField,
} from '../http/call.ts'
import { v3AndDated } from '../http/paths.ts'
import { invalidRequest, notFound, type Refusal } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ObjectType, Property } from '../store.ts'

export const propertyRoutes: readonly Route[] = [
  {
    name: 'properties',
    method: 'GET',
    pattern: 'crm/properties/:objectType',
    versions: v3AndDated,
    answer: listProperties,
  },
  {
    name: 'property',
    method: 'GET',
    pattern: 'crm/properties/:objectType/:propertyName',
    versions: v3AndDated,
    answer: readProperty,
  },
  {
    name: 'properties_batch',
    method: 'POST',
    pattern: 'crm/properties/:objectType/batch/read',
    versions: v3AndDated,
    answer: readPropertiesInBatch,
  },
  {
    name: 'groups',
    method: 'GET',
    pattern: 'crm/properties/:objectType/groups',
    versions: v3AndDated,
    answer: listGroups,
  },
  {
    name: 'group',
    method: 'GET',
    pattern: 'crm/properties/:objectType/groups/:groupName',
    versions: v3AndDated,
    answer: readGroup,
  },
]

const sensitivities = ['non_sensitive', 'sensitive', 'highly_sensitive'] as const

/** The requested view: one sensitivity class, and either live or archived properties. */
interface View {
  readonly archived: boolean
  readonly sensitivity: Property['dataSensitivity']
}

function listProperties(call: Call, context: Context): Answer {
  const type = readableType(call, context)
  return jsonAnswer({ results: visibleProperties(context, type, queryView(call)) })
}

function readProperty(call: Call, context: Context): Answer {
  const type = readableType(call, context)
  const name = parameter(call, 'propertyName')
  const { archived, sensitivity } = queryView(call)
  const property = context.store.properties(type.typeId).find((known) => known.name === name)
  const hidden = property?.archived === true && !archived
  if (property === undefined || hidden || property.dataSensitivity !== sensitivity) {
    throw missingProperty(name)
  }
  return jsonAnswer(property)
}

function readPropertiesInBatch(call: Call, context: Context): Answer {
  const type = readableType(call, context)
  const body = bodyObject(call)
  const view: View = {
    archived: textField(body, 'archived') === 'true',
    sensitivity: readSensitivity(textField(body, 'dataSensitivity')),
  }
  const names = batchInputs(body, 100).map((input) => requiredText(input, 'name'))
  const byName = new Map(
    visibleProperties(context, type, view).map((property) => [property.name, property]),
  )
  const results = names.flatMap((name) => byName.get(name) ?? [])
  const errors = names
    .filter((name) => !byName.has(name))
    .map((name) => ({ status: 'error', ...missingProperty(name).body }))
  const now = new Date(context.clock.nowMs()).toISOString()
  const complete = { completedAt: now, status: 'COMPLETE', startedAt: now, results }
  if (errors.length === 0) return jsonAnswer(complete)
  return jsonAnswer({ ...complete, errors, numErrors: errors.length }, 207)
}

function listGroups(call: Call, context: Context): Answer {
  const type = readableType(call, context)
  return jsonAnswer({ results: context.store.groups(type.typeId) })
}

function readGroup(call: Call, context: Context): Answer {
  const type = readableType(call, context)
  const name = parameter(call, 'groupName')
  const group = context.store.groups(type.typeId).find((known) => known.name === name)
  if (group === undefined) throw notFound(`Property group ${name} does not exist`)
  return jsonAnswer(group)
}

function readableType(call: Call, context: Context): ObjectType {
  const type = context.definitions.objectType(parameter(call, 'objectType'))
  context.access.requireSchema(type)
  return type
}

function visibleProperties(context: Context, type: ObjectType, view: View): Property[] {
  return context.store
    .properties(type.typeId)
    .filter((property) => (property.archived === true) === view.archived)
    .filter((property) => property.dataSensitivity === view.sensitivity)
}

function queryView(call: Call): View {
  return {
    archived: flagOption(call, 'archived'),
    sensitivity: readSensitivity(call.query.get('dataSensitivity') ?? undefined),
  }
}

function readSensitivity(text: string | undefined): Property['dataSensitivity'] {
  if (text === undefined) return 'non_sensitive'
  const sensitivity = sensitivities.find((known) => known === text)
  if (sensitivity === undefined) throw invalidRequest(`Invalid dataSensitivity: \`${text}\``)
  return sensitivity
}

export function missingProperty(name: string): Refusal {
  return notFound(`Property ${name} does not exist`, { context: { propertyName: [name] } })
}
