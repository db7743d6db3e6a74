import type { Context } from '../context.ts'
import { type Answer, jsonAnswer, noContentAnswer } from '../http/answer.ts'
import { type Call, invalidBody, isObject, parameter } from '../http/call.ts'
import { v4AndDated } from '../http/paths.ts'
import { invalidRequest } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { AssociationType, ObjectType } from '../store.ts'

const linkPath = 'crm/objects/:fromObjectType/:objectId/associations/:toObjectType/:toObjectId'
const defaultLinkPath =
  'crm/objects/:fromObjectType/:objectId/associations/default/:toObjectType/:toObjectId'

export const associationWriteRoutes: readonly Route[] = [
  {
    name: 'associate',
    method: 'PUT',
    pattern: linkPath,
    versions: v4AndDated,
    answer: associateAs,
  },
  {
    name: 'associate_default',
    method: 'PUT',
    pattern: defaultLinkPath,
    versions: v4AndDated,
    answer: associate,
  },
  {
    name: 'disassociate',
    method: 'DELETE',
    pattern: linkPath,
    versions: v4AndDated,
    answer: disassociate,
  },
]

interface Ends {
  readonly from: ObjectType
  readonly fromId: string
  readonly to: ObjectType
  readonly toId: string
}

/** The body lists the association types: `[{associationCategory, associationTypeId}]`. */
function associateAs(call: Call, context: Context): Answer {
  const ends = readEnds(call, context)
  const known = context.store.associationTypes(ends.from.typeId, ends.to.typeId)
  const types = bodyList(call).map((wanted) => {
    const { associationCategory: category, associationTypeId: typeId } = wanted
    const type = known.find((one) => one.category === category && one.typeId === Number(typeId))
    if (type === undefined) {
      throw invalidRequest(
        `Association type ${String(typeId)} does not exist between these objects`,
      )
    }
    return type
  })
  return linked(context, ends, types, 201)
}

/** The plain type of the pair, which has no label. */
function associate(call: Call, context: Context): Answer {
  const ends = readEnds(call, context)
  const types = context.store
    .associationTypes(ends.from.typeId, ends.to.typeId)
    .filter((type) => type.label === null)
    .slice(0, 1)
  if (types.length === 0) throw invalidRequest('These objects cannot be associated')
  return linked(context, ends, types, 200)
}

function disassociate(call: Call, context: Context): Answer {
  const { from, fromId, to, toId } = readEnds(call, context)
  context.store.unlink(from.typeId, fromId, to.typeId, toId)
  return noContentAnswer
}

function linked(
  { store }: Context,
  { from, fromId, to, toId }: Ends,
  types: readonly AssociationType[],
  status: number,
): Answer {
  for (const type of types) store.link(from.typeId, fromId, to.typeId, toId, type)
  return jsonAnswer(
    {
      fromObjectTypeId: from.typeId,
      fromObjectId: fromId,
      toObjectTypeId: to.typeId,
      toObjectId: toId,
      labels: types.flatMap((type) => type.label ?? []),
    },
    status,
  )
}

function readEnds(call: Call, context: Context): Ends {
  const from = context.definitions.objectType(parameter(call, 'fromObjectType'))
  const to = context.definitions.objectType(parameter(call, 'toObjectType'))
  context.access.requireWrites(from)
  const [fromId, toId] = [parameter(call, 'objectId'), parameter(call, 'toObjectId')]
  const exist =
    context.store.record(from.typeId, fromId) !== undefined &&
    context.store.record(to.typeId, toId) !== undefined
  if (!exist) throw invalidRequest(`${fromId} or ${toId} is not a valid ID`)
  return { from, fromId, to, toId }
}

function bodyList(call: Call): readonly Readonly<Record<string, unknown>>[] {
  let body: unknown
  try {
    body = JSON.parse(call.bodyText)
  } catch {
    throw invalidBody('the body is not JSON')
  }
  if (!Array.isArray(body) || !body.every(isObject)) throw invalidBody('the body is not a list')
  return body
}
