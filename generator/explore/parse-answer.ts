import type { z } from 'zod'
import { HubgenError } from '../../runtime/errors.ts'

/** Limit on the problems of one answer that an error lists. */
const LISTED_PROBLEMS = 5

/**
 * Checks the body of a HubSpot answer. Schemas declare only the fields that we use, and make optional those
 * that HubSpot may omit; fails with ANSWER_MALFORMED, which names the endpoint.
 */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  path: string,
): z.output<Schema> {
  const parsed = schema.safeParse(body)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues
    .slice(0, LISTED_PROBLEMS)
    .map((issue) => `\`${issue.path.join('.') || '(answer)'}\`: ${issue.message}`)
  throw new HubgenError(
    'ANSWER_MALFORMED',
    `HubSpot's answer has an unexpected shape: ${problems.join('; ')}`,
    { at: `GET ${path}`, fix: 'try again; if the error persists, report it with your API version' },
  )
}
