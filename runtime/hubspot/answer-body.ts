import type { Answer } from './transport.ts'

/** HubSpot's error envelope; every field is optional, and the body may be no JSON at all. */
export interface ErrorBody {
  readonly message: string
  readonly category: string
  readonly policyName: string
  /** The title of an HTML page; "" for everything else. */
  readonly title: string
  /** Scopes named anywhere in the body: at the top, or in one of its `errors`. */
  readonly scopes: readonly string[]
}

/** How the body of an answer becomes what it says. */
export interface AnswerFormat<T> {
  /** Reads the bytes without JSON.parse; undefined when it cannot. */
  readonly scan?: ((body: Buffer) => T | undefined) | undefined
  /** Reads the parsed body; `at` says where it is from. */
  read(body: unknown, at: string): T
}

/** The body as text. */
export function textOf({ body }: Answer): string {
  return new TextDecoder().decode(body)
}

/**
 * The parsed body, or undefined for HTML, an empty one, or one that was cut short. A number that JavaScript
 * cannot hold digit by digit (a long id, `12.50`) is the text of its digits.
 */
export function parseJson(text: string): unknown {
  try {
    return hasInexactNumber(text) ? JSON.parse(text, keepDigits) : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Asked first, because looking at each value makes parsing many times slower. May be true for no reason. */
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

/** Text from HubSpot, fit for one line of a message: no control characters, no secrets, not long. */
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

/** The value where it is an object that is no list, else an empty one. */
export function asObject(value: unknown): Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Record<string, unknown>) : {}
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
