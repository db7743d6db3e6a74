import { type ResourceKind, type Resources, resourceKinds } from '../resources/resources.ts'
import { stampList } from '../resources/stamp-list.ts'
import { type Answer, jsonAnswer, noContentAnswer } from './answer.ts'
import { isObject } from './call.ts'
import { noSuchPage, Refusal } from './refusal.ts'

export const resourcePath = '/simulator/resources'

interface ControlCall {
  readonly method: string
  readonly path: string
  readonly bodyText: string
}

/**
 * Reads and changes what HubSpot has no writing API for here: `GET`, `PUT`, `PATCH` and `DELETE
 * /simulator/resources/{kind}/{key}`; a member, submission or asset has its parent's key before its own. A list notices members that come and go.
 */
export function answerResources(
  resources: Resources,
  { method, path, bodyText }: ControlCall,
  nowMs: number,
): Answer {
  const [kindText = '', ...keys] = path
    .slice(resourcePath.length + 1)
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent)
  if (kindText === '') return jsonAnswer(countByKind(resources))
  const kind = resourceKinds.find((known) => known === kindText)
  if (kind === undefined) {
    throw new Refusal(400, { message: `A kind is one of: ${resourceKinds.join(', ')}` })
  }
  const key = keys.at(-1)
  if (method === 'GET') return jsonAnswer(readEntries(resources, kind, keys))
  if (key === undefined || keys.length > 2) throw noSuchPage()
  const parent = keys.length === 2 ? keys[0] : ''
  if (method === 'DELETE') {
    if (!resources.remove(kind, key, parent)) throw noSuchPage()
    if (kind === 'list_member') stampList(resources, parent ?? '', 'removed', nowMs)
    return noContentAnswer
  }
  const answer = changeEntry(resources, { method, kind, key, parent: parent ?? '' }, bodyText)
  if (kind === 'list_member' && method === 'PUT') {
    stampList(resources, parent ?? '', 'added', nowMs)
  }
  return answer
}

interface Change {
  readonly method: string
  readonly kind: ResourceKind
  readonly key: string
  readonly parent: string
}

/** `PATCH` sets the given fields, null removes one; `PUT` replaces the row, or adds it. */
function changeEntry(
  resources: Resources,
  { method, kind, key, parent }: Change,
  bodyText: string,
): Answer {
  const body = readRow(bodyText)
  if (method === 'PUT') {
    resources.put(kind, key, body, parent)
    return noContentAnswer
  }
  if (method !== 'PATCH' || resources.find(kind, key, parent) === undefined) throw noSuchPage()
  const fields = Object.entries(body).map(([name, value]) => [name, value ?? undefined])
  resources.patch(kind, key, Object.fromEntries(fields), parent)
  return noContentAnswer
}

function countByKind(resources: Resources): object {
  return Object.fromEntries(resourceKinds.map((kind) => [kind, resources.list(kind).length]))
}

/** All rows, those of a parent, or one. */
function readEntries(resources: Resources, kind: ResourceKind, keys: readonly string[]): object {
  const [first, second] = keys
  if (first === undefined) return { results: resources.list(kind) }
  const one =
    second === undefined ? resources.find(kind, first) : resources.find(kind, second, first)
  if (one !== undefined) return one
  const children = second === undefined ? resources.list(kind, first) : []
  if (children.length === 0) throw noSuchPage()
  return { results: children }
}

function readRow(bodyText: string): Readonly<Record<string, unknown>> {
  let body: unknown
  try {
    body = JSON.parse(bodyText)
  } catch {
    throw new Refusal(400, { message: 'The body is not JSON' })
  }
  if (!isObject(body)) throw new Refusal(400, { message: 'The body is not an object' })
  return body
}
