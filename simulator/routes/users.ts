import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, invalidInteger, limitOption, parameter } from '../http/call.ts'
import { nextLink } from '../http/next-link.ts'
import { notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import { compareIds } from '../search/search-value.ts'

/** The settings API has no version 2026-09. */
const versions: readonly string[] = ['v3', '2025-09', '2026-03']

/** HubSpot's largest page of users. */
const pageUsers = 100

export const userRoutes: readonly Route[] = [
  { name: 'users', method: 'GET', pattern: 'settings/users', versions, answer: listUsers },
  { name: 'user', method: 'GET', pattern: 'settings/users/:userId', versions, answer: readUser },
  { name: 'roles', method: 'GET', pattern: 'settings/users/roles', versions, answer: listRoles },
  { name: 'teams', method: 'GET', pattern: 'settings/users/teams', versions, answer: listTeams },
]

const usersScopes = ['settings.users.read', 'crm.objects.users.read']

function listUsers(call: Call, context: Context): Answer {
  context.access.requireOneOf(usersScopes)
  const limit = limitOption(call, pageUsers, pageUsers)
  const after = call.query.get('after') ?? '0'
  if (!/^\d+$/.test(after)) throw invalidInteger('after', after)
  const users = context.store
    .portalUsers()
    .users.toSorted((left, right) => compareIds(left.id, right.id))
    .filter(({ id }) => compareIds(id, after) > 0)
  const results = users.slice(0, limit)
  const lastId = results.at(-1)?.id
  if (users.length === results.length || lastId === undefined) return jsonAnswer({ results })
  const link = nextLink(call, context, lastId)
  return jsonAnswer({ results, paging: { next: { after: lastId, link } } })
}

/** By user id, or by e-mail with `idProperty=EMAIL`. */
function readUser(call: Call, context: Context): Answer {
  context.access.requireOneOf(usersScopes)
  const wanted = parameter(call, 'userId')
  const byEmail = call.query.get('idProperty') === 'EMAIL'
  const user = context.store
    .portalUsers()
    .users.find(({ id, email }) => (byEmail ? email : id) === wanted)
  if (user === undefined) throw notFound(`User ${wanted} does not exist`)
  return jsonAnswer(user)
}

/** Not paged. */
function listRoles(_call: Call, { access, store }: Context): Answer {
  access.requireOneOf(usersScopes)
  return jsonAnswer({ results: store.portalUsers().roles })
}

/** Not paged, and with a scope of its own. */
function listTeams(_call: Call, { access, store }: Context): Answer {
  access.requireOneOf(['settings.users.teams.read'])
  return jsonAnswer({ results: store.portalUsers().teams })
}
