import { invalidRequest, Refusal } from './refusal.ts'

/** A request as routes see it. */
export interface Call {
  readonly method: string
  /** As sent, without the query; for `link`. */
  readonly path: string
  /** `v3`, `v4` or a date; see `readPath`. */
  readonly version: string
  /** Values of the pattern's `:names`. */
  readonly parameters: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly bodyText: string
}

export function parameter(call: Call, name: string): string {
  return call.parameters[name] ?? ''
}

/** Values of a query option that may be a comma-separated list, repeated, or both. */
export function listOption(call: Call, name: string): string[] {
  return call.query
    .getAll(name)
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** In any letter case: clients in Python send `True`. */
export function flagOption(call: Call, name: string): boolean {
  return call.query.get(name)?.toLowerCase() === 'true'
}

/** A whole number from 1 to `most`; refuses anything else as HubSpot does. */
export function limitOption(call: Call, defaultLimit: number, most: number): number {
  const text = call.query.get('limit')
  if (text === null || text === '') return defaultLimit
  if (!/^-?\d+$/.test(text)) throw invalidInteger('limit', text)
  const limit = Number(text)
  if (limit < 1 || limit > most) {
    throw invalidRequest(`Invalid request: limit must be between 1 and ${most}, found ${limit}`, {
      context: { limit: [text] },
    })
  }
  return limit
}

/** The body as an object. Unlike HubSpot's, errors do not name line and column. */
export function bodyObject(call: Call): Readonly<Record<string, unknown>> {
  let body: unknown
  try {
    body = JSON.parse(call.bodyText)
  } catch {
    throw invalidBody('the body is not JSON')
  }
  if (!isObject(body)) throw invalidBody('the body is not an object')
  return body
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A list of texts under `name`; absent and null count as empty. */
export function stringList(
  body: Readonly<Record<string, unknown>>,
  name: string,
): readonly string[] {
  const list = body[name] ?? []
  if (!Array.isArray(list)) throw invalidBody(`\`${name}\` is not a list`)
  return list.map((entry: unknown) => {
    if (typeof entry === 'string') return entry
    if (typeof entry === 'number') return String(entry)
    throw invalidBody(`\`${name}\` holds something that is not text`)
  })
}

/** `inputs` of a batch request, at most `most` of them. */
export function batchInputs(
  body: Readonly<Record<string, unknown>>,
  most: number,
): readonly Readonly<Record<string, unknown>>[] {
  const { inputs } = body
  if (!Array.isArray(inputs)) throw invalidBody('Some required fields were not set: [inputs]')
  if (inputs.length > most) {
    throw invalidRequest(
      `The maximum number of inputs supported in a batch request is ${most}, found ${inputs.length}`,
    )
  }
  return inputs.map((input: unknown) => {
    if (isObject(input)) return input
    throw invalidBody('an input is not an object')
  })
}

/** Text, or a number as text, because clients send ids in both forms. */
export function textField(
  body: Readonly<Record<string, unknown>>,
  name: string,
): string | undefined {
  const value = body[name]
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return undefined
}

export function requiredText(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = textField(body, name)
  if (value === undefined) throw invalidBody(`Some required fields were not set: [${name}]`)
  return value
}

export function invalidInteger(name: string, text: string): Refusal {
  return invalidRequest(`${name}: \`${text}\` was not a valid integer.`, {
    errors: [
      {
        message: `${text} was not a valid integer.`,
        code: 'INVALID_INTEGER',
        context: { propertyName: [name] },
      },
    ],
  })
}

export function invalidBody(reason: string): Refusal {
  return new Refusal(400, {
    message: `Invalid input JSON: ${reason}`,
    category: 'VALIDATION_ERROR',
  })
}
