import type { z } from 'zod'
import { HubgenError } from '../../runtime/errors.ts'

/** How many contradictions of one answer are worth reading. */
const LISTED_PROBLEMS = 5

/**
 * Checks the body of a HubSpot answer. Schemas name only what is used and let HubSpot leave out what it
 * leaves out; anything else that does not fit fails with ANSWER_MALFORMED, which names the endpoint.
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
    `HubSpot's answer has another shape than expected: ${problems.join('; ')}`,
    { at: `GET ${path}`, fix: 'try again; if it stays, report it with the API version in use' },
  )
}
