import { type Answer, htmlContentType, renderedAnswer } from './answer.ts'

/**
 * The fields of HubSpot's error envelope that a refusal may have; `status` and `correlationId` are added
 * when it is sent.
 */
export interface RefusalBody {
  /** `error` by default. */
  readonly status?: string
  readonly message: string
  /** The words of OAuth's standard. */
  readonly error?: string
  readonly error_description?: string
  readonly errors?: readonly unknown[]
  readonly context?: Readonly<Record<string, readonly string[]>>
  readonly links?: Readonly<Record<string, string>>
  readonly category?: string
  readonly subCategory?: string
  readonly errorType?: string
  readonly policyName?: string
  readonly groupName?: string
  readonly requestId?: string
}

/**
 * Thrown by a route to answer with an error. Without a body, HubSpot's edge answers instead of the API:
 * with HTML or nothing.
 */
export class Refusal extends Error {
  readonly status: number
  readonly body: RefusalBody | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: number,
    body: RefusalBody | undefined,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(body?.message ?? `HTTP ${status}`)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export function refusalAnswer(refusal: Refusal, correlationId: string, accept: string): Answer {
  if (refusal.body === undefined) return edgeAnswer(refusal, accept)
  const { message, ...rest } = refusal.body
  const body = JSON.stringify({ status: 'error', message, correlationId, ...rest })
  return { ...renderedAnswer(body, refusal.status), headers: refusal.headers }
}

/** HTML, or no body at all for a client that accepts only JSON (observed on 2026-09). */
function edgeAnswer(refusal: Refusal, accept: string): Answer {
  const { status, headers } = refusal
  if (accept.includes('application/json')) return { status, body: '', headers }
  const title = status === 405 ? 'Method Not Allowed' : 'Not Found'
  const body = `<html>
<head><meta http-equiv="Content-Type" content="text/html;charset=utf-8"/><title>Error ${status} ${title}</title></head>
<body><h2>HTTP ERROR ${status}</h2></body>
</html>
`
  return { status, body, contentType: htmlContentType, headers }
}

export function invalidRequest(message: string, details: Partial<RefusalBody> = {}): Refusal {
  return new Refusal(400, { message, ...details, category: 'VALIDATION_ERROR' })
}

export function notFound(message: string, details: Partial<RefusalBody> = {}): Refusal {
  return new Refusal(404, { message, ...details, category: 'OBJECT_NOT_FOUND' })
}

/** Recorded without a category. */
export function unknownObjectType(name: string): Refusal {
  return new Refusal(400, { message: `Unable to infer object type from: ${name}` })
}

export function noSuchPage(): Refusal {
  return new Refusal(404, undefined)
}
