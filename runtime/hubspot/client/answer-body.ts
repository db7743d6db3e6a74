import type { Answer } from './transport.ts'

/** HubSpot's error envelope. Every field is optional, and the body may not be JSON at all. */
export interface ErrorBody {
  readonly message: string
  readonly category: string
  readonly policyName: string
  /** The title of an HTML page; "" for any other body. */
  readonly title: string
  /** Scopes named anywhere in the body: at the top level or in its `errors`. */
  readonly scopes: readonly string[]
}

/** Parses the body of an answer. */
export interface AnswerFormat<T> {
  /** Parses the bytes without JSON.parse; undefined if it cannot. */
  readonly scan?: ((body: Uint8Array) => T | undefined) | undefined
  /** Reads the parsed body; `at` names its endpoint for errors. */
  read(body: unknown, at: string): T
}

/** The body as text. */
export function textOf({ body }: Answer): string {
  return new TextDecoder().decode(body)
}

/**
 * The parsed body, or undefined for HTML, an empty body, or a truncated one. Numbers that JavaScript cannot
 * represent exactly (a long id, `12.50`) become the text of their digits.
 */
export function parseJson(text: string): unknown {
  try {
    return hasInexactNumber(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * Checked first, because inspecting each value makes parsing many times slower. May return a false
 * positive.
 */
function hasInexactNumber(text: string): boolean {
  for (const [, number = ''] of text.matchAll(/[:,[]\s*(-?\d[\d.eE+-]*)/g)) {
    if (String(Number(number)) !== number) return true
  }
  return false
}

function keepDigits(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  return String(value) === context.source ? value : context.source
}

export function readErrorBody(answer: Answer): ErrorBody {
  const text = textOf(answer)
  const body = asObject(parseJson(text))
  const { message, category, policyName, errors } = body
  // Some endpoints put the real error as JSON text into the message of another.
  const innerText = parseJson(asText(message))
  const inner = asObject(innerText)
  const { message: innerMessage, category: innerCategory } = inner
  const parts = [body, inner, ...asList(errors).map(asObject)]
  return {
    message: asText(innerMessage) || (innerText === inner ? '' : asText(message)),
    category: asText(category) || asText(innerCategory),
    policyName: asText(policyName),
    title: titleOf(text),
    scopes: [...new Set(parts.flatMap(({ context }) => scopesOf(asObject(context))))],
  }
}

function titleOf(text: string): string {
  if (!/^\s*</.test(text)) return ''
  const [, title = ''] = /<title[^>]*>([^<]*)/i.exec(text) ?? /<h1[^>]*>([^<]*)/i.exec(text) ?? []
  return title.trim() || 'a page without a title'
}

/**
 * Prepares text from HubSpot for one line of a message: no control characters, no secrets, at most 300
 * characters.
 */
export function quoteFromHubSpot(text: string, token: string): string {
  const line = text
    .replaceAll(token, '[token]')
    .replace(/\bpat-[\w-]{8,}/g, '[token]')
    .replace(/\bBearer\s+\S+/gi, 'Bearer [token]')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
  return line.length > 300 ? `${line.slice(0, 299)}…` : line
}

function scopesOf(context: Record<string, unknown>): string[] {
  return Object.entries(context)
    .filter(([name]) => /scope/i.test(name))
    .flatMap(([, scopes]) => asList(scopes))
    .filter((scope): scope is string => typeof scope === 'string' && /^[\w.-]{1,80}$/.test(scope))
}

/** The value if it is an object and not an array, otherwise an empty object. */
export function asObject(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : {}
}

/** The digits of an id, sent as text or as a number; null if it is not numeric. */
export function readId(id: unknown): string | null {
  const text = typeof id === 'number' ? String(id) : id
  return typeof text === 'string' && /^\d+$/.test(text) ? text : null
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
