import type { Context } from '../context.ts'
import { type Fault, faultKinds } from '../fault.ts'
import type { Faults } from '../faults.ts'
import type { RequestCounters } from '../request-counters.ts'
import { allRoutes } from '../routes/all-routes.ts'
import { type Answer, jsonAnswer, noContentAnswer } from './answer.ts'
import { isObject } from './call.ts'
import { answerResources, resourcePath } from './control-resources.ts'
import { noSuchPage, Refusal } from './refusal.ts'

/** The dependencies of the simulator's own paths. */
export interface ControlPanel {
  readonly context: Context
  readonly faults: Faults
  readonly requests: RequestCounters
}

const faultPath = '/simulator/faults'

/**
 * Whether a path belongs to the simulator rather than to HubSpot's API; such paths need no token and have
 * no limits or faults.
 */
export function isControlPath(path: string): boolean {
  return path === '/' || path === '/simulator' || path.startsWith('/simulator/')
}

export function answerControl(
  panel: ControlPanel,
  method: string,
  path: string,
  bodyText: string,
): Answer {
  const { faults } = panel
  if (method === 'GET' && path === '/') return jsonAnswer(describeSimulator(panel))
  if (method === 'GET' && path === '/simulator') return jsonAnswer(describeState(panel))
  if (method === 'POST' && path === faultPath) {
    return jsonAnswer({ id: addFault(faults, bodyText) }, 201)
  }
  if (method === 'DELETE' && path === faultPath) {
    faults.clear()
    return noContentAnswer
  }
  if (method === 'DELETE' && path.startsWith(`${faultPath}/`)) {
    if (faults.remove(path.slice(faultPath.length + 1))) return noContentAnswer
  }
  if (path.startsWith(resourcePath)) {
    const { resources, clock } = panel.context
    return answerResources(resources, { method, path, bodyText }, clock.nowMs())
  }
  throw noSuchPage()
}

function describeSimulator({ context }: ControlPanel): object {
  return {
    what: 'A local HubSpot that hubgen ships, with an invented portal behind it.',
    environment: {
      HUBSPOT_API_URL: context.url,
      HUBSPOT_API_TOKEN: context.access.token,
    },
    state: 'GET /simulator',
    resources: {
      kinds: `GET ${resourcePath}`,
      change: `PUT, PATCH or DELETE ${resourcePath}/{kind}/{key}`,
    },
    faults: {
      add: `POST ${faultPath} {"kind":"html_502","route":"list","after":2,"times":1}`,
      removeOne: `DELETE ${faultPath}/{id}`,
      removeAll: `DELETE ${faultPath}`,
      kinds: faultKinds.filter((kind) => kind !== 'change'),
    },
    routes: allRoutes.map(({ name, method, pattern, versions }) => ({
      name,
      method,
      path: `/${pattern}`,
      versions: versions.filter((version) => version !== ''),
    })),
  }
}

function describeState({ context, faults, requests }: ControlPanel): object {
  const { store } = context
  return {
    portal: store.portal,
    records: Object.fromEntries(
      store.objectTypes().map((type) => [type.name, store.count(type.typeId)]),
    ),
    requests: requests.byRoute(),
    faults: faults.list(),
  }
}

function addFault(faults: Faults, bodyText: string): string {
  let body: unknown
  try {
    body = JSON.parse(bodyText)
  } catch {
    throw new Refusal(400, { message: 'The body is not JSON' })
  }
  if (!isFault(body)) {
    const kinds = faultKinds.filter((kind) => kind !== 'change').join(', ')
    throw new Refusal(400, { message: `\`kind\` must be one of: ${kinds}` })
  }
  return faults.add(body)
}

/** Checks only the kind; other fields of a wrong type are ignored. */
function isFault(body: unknown): body is Fault {
  if (!isObject(body)) return false
  const { kind: wanted } = body
  return faultKinds.some((kind) => kind === wanted && kind !== 'change')
}
