import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { batchInputs, bodyObject, type Call, parameter, textField } from '../http/call.ts'
import { pageByKey, rowsOf } from '../http/pages.ts'
import { noSuchPage, notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceRow } from '../resources/resources.ts'

const path = 'automation/flows'
/** The only dated version is a beta. */
const versions: readonly string[] = ['v4', '2026-09-beta']

export const flowRoutes: readonly Route[] = [
  { name: 'flows', method: 'GET', pattern: path, versions, answer: listFlows },
  {
    name: 'flow_emails',
    method: 'GET',
    pattern: `${path}/email-campaigns`,
    versions,
    answer: listFlowEmails,
  },
  { name: 'flow', method: 'GET', pattern: `${path}/:flowId`, versions, answer: readFlow },
  {
    name: 'flows_batch',
    method: 'POST',
    pattern: `${path}/batch/read`,
    versions,
    answer: readFlows,
  },
  {
    name: 'workflows',
    method: 'GET',
    pattern: 'automation/workflows',
    versions: ['v3'],
    answer: listWorkflows,
  },
]

const scopes = ['automation']

function open(call: Call, context: Context): void {
  if (call.version === 'v4' && context.isOn('automation_v4_gone')) throw noSuchPage()
  context.access.requireOneOf(scopes)
}

/** Without actions and criteria, which only a flow of its own or a batch has. */
function listFlows(call: Call, context: Context): Answer {
  open(call, context)
  const entries = context.resources.list('flow').map(({ key, parent, row }) => {
    const {
      actions: _actions,
      enrollmentCriteria: _criteria,
      suppressionListIds: _,
      type: _type,
      ...rest
    } = row
    return { key, parent, row: rest }
  })
  return jsonAnswer(pageByKey(call, context, entries, { size: 100, most: 100 }))
}

function listFlowEmails(call: Call, context: Context): Answer {
  open(call, context)
  const entries = context.resources.list('flow_email')
  return jsonAnswer(pageByKey(call, context, entries, { size: 100, most: 100 }))
}

function readFlow(call: Call, context: Context): Answer {
  open(call, context)
  const id = parameter(call, 'flowId')
  const flow = context.resources.find('flow', id)
  if (flow === undefined) throw notFound(`No flow found with id ${id}`)
  return jsonAnswer(flow.row)
}

function readFlows(call: Call, context: Context): Answer {
  open(call, context)
  const inputs = batchInputs(bodyObject(call), 100)
  const results = inputs.flatMap((input) => {
    const id = textField(input, 'flowId') ?? textField(input, 'id') ?? ''
    return context.resources.find('flow', id)?.row ?? []
  })
  return jsonAnswer({ status: 'COMPLETE', results })
}

/** Of contacts only, in one answer, with stamps in milliseconds. */
function listWorkflows(_call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const workflows = rowsOf(context.resources.list('flow'))
    .filter((row) => row['objectTypeId'] === '0-1')
    .map(legacyShape)
  return jsonAnswer({ workflows })
}

function legacyShape(row: ResourceRow): ResourceRow {
  return {
    id: Number(row['id']),
    name: row['name'],
    type: 'DRIP_DELAY',
    enabled: row['isEnabled'],
    insertedAt: Date.parse(String(row['createdAt'])),
    updatedAt: Date.parse(String(row['updatedAt'])),
    contactListIds: { enrolled: 1, active: 2, completed: 3, succeeded: 4 },
  }
}
