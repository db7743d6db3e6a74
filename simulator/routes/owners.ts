import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, flagOption, invalidInteger, limitOption, parameter } from '../http/call.ts'
import { nextLink } from '../http/next-link.ts'
import { v3AndDated } from '../http/paths.ts'
import { notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { compareIds } from '../search/search-value.ts'
import type { Owner } from '../store.ts'

export const ownerRoutes: readonly Route[] = [
  {
    name: 'owners',
    method: 'GET',
    pattern: 'crm/owners',
    versions: v3AndDated,
    answer: listOwners,
  },
  {
    name: 'owner',
    method: 'GET',
    pattern: 'crm/owners/:ownerId',
    versions: v3AndDated,
    answer: readOwner,
  },
]

function listOwners(call: Call, context: Context): Answer {
  context.access.requireOneOf(['crm.objects.owners.read'])
  const limit = limitOption(call, 100, 500)
  const after = call.query.get('after') ?? '0'
  if (!/^\d+$/.test(after)) throw invalidInteger('after', after)
  const email = call.query.get('email')?.toLowerCase()
  const owners = visibleOwners(call, context)
    .filter((owner) => email === undefined || owner.email.toLowerCase() === email)
    .filter((owner) => compareIds(owner.id, after) > 0)
  const results = owners.slice(0, limit)
  const lastId = results.at(-1)?.id
  if (owners.length === results.length || lastId === undefined) return jsonAnswer({ results })
  const link = nextLink(call, context, lastId)
  return jsonAnswer({ results, paging: { next: { after: lastId, link } } })
}

/** By owner id, or by user id with `idProperty=userId`. */
function readOwner(call: Call, context: Context): Answer {
  context.access.requireOneOf(['crm.objects.owners.read'])
  const id = parameter(call, 'ownerId')
  const byUser = call.query.get('idProperty') === 'userId'
  const owner = visibleOwners(call, context).find((known) =>
    byUser ? String(known.userId) === id : known.id === id,
  )
  if (owner === undefined) throw notFound(`Owner ${id} does not exist`, { context: { id: [id] } })
  return jsonAnswer(owner)
}

function visibleOwners(call: Call, context: Context): Owner[] {
  const archived = flagOption(call, 'archived')
  return context.store
    .owners()
    .filter((owner) => owner.archived === archived)
    .sort((left, right) => compareIds(left.id, right.id))
}
