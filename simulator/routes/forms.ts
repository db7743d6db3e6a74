import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import { type Call, flagOption, listOption, parameter } from '../http/call.ts'
import { pageByPlace, rowsOf } from '../http/pages.ts'
import { invalidRequest, notFound, Refusal } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceEntry, ResourceRow } from '../resources/resources.ts'

/** The only dated version is a beta. */
const versions: readonly string[] = ['v3', '2026-09-beta']

export const formRoutes: readonly Route[] = [
  { name: 'forms', method: 'GET', pattern: 'marketing/forms', versions, answer: listForms },
  { name: 'form', method: 'GET', pattern: 'marketing/forms/:formId', versions, answer: readForm },
  {
    name: 'form_submissions',
    method: 'GET',
    pattern: 'form-integrations/submissions/forms/:formId',
    versions: ['v1'],
    answer: listSubmissions,
  },
]

const formTypes = ['hubspot', 'captured', 'flow', 'blog_comment'] as const
const scopes = ['forms']

/** Without `formTypes`, only forms made in HubSpot: external ones and pop-ups are missing. */
function listForms(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const wanted = wantedTypes(call)
  const archived = flagOption(call, 'archived')
  const rows = rowsOf(context.resources.list('form'))
    .filter((form) => wanted.includes(String(form['formType'])))
    .filter((form) => (form['archived'] === true) === archived)
  return jsonAnswer(pageByPlace(call, context, rows, { size: 20, most: 1_000 }))
}

/** Repeated, comma-separated, or written as a list in Python. */
function wantedTypes(call: Call): readonly string[] {
  const asked = listOption(call, 'formTypes').map((type) => type.replace(/[[\]'" ]/g, ''))
  if (asked.length === 0) return ['hubspot']
  if (asked.includes('all')) return formTypes
  const unknown = asked.find((type) => !formTypes.some((known) => known === type))
  if (unknown !== undefined) throw invalidRequest(`formTypes: \`${unknown}\` is not a form type`)
  return asked
}

function readForm(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  return jsonAnswer(requiredForm(call, context).row)
}

/** Newest first, without a filter by time. */
function listSubmissions(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const { key, row } = requiredForm(call, context)
  if (row['formType'] === 'blog_comment') {
    const message = `Form ${key} has type BLOG_COMMENT, whose submissions cannot be read`
    throw new Refusal(400, {
      message,
      errors: [{ message, errorType: 'FORM_TYPE_NOT_ALLOWED' }],
      errorType: 'FORM_TYPE_NOT_ALLOWED',
      category: 'VALIDATION_ERROR',
    })
  }
  const rows = rowsOf(context.resources.list('form_submission', key))
    .toSorted((left, right) => Number(right['submittedAt']) - Number(left['submittedAt']))
    .map((one) => withoutId(one, context))
  return jsonAnswer(pageByPlace(call, context, rows, { size: 20, most: 50 }))
}

function withoutId(submission: ResourceRow, context: Context): ResourceRow {
  if (!context.isOn('submissions_without_id')) return submission
  const { conversionId: _, ...rest } = submission
  return rest
}

function requiredForm(call: Call, context: Context): ResourceEntry {
  const id = parameter(call, 'formId')
  const form = context.resources.find('form', id)
  if (form === undefined) throw notFound(`No form found with guid '${id}'`)
  return form
}
