import type { z } from 'zod'
import { nearestName } from '../model/nearest-name.ts'

/** Returns the names of the settings at a place of a file. */
export type KeysAt = (path: readonly PropertyKey[]) => readonly string[]

/** All problems of a file of settings, one sentence each, beginning with the place. */
export function describeIssues(error: z.ZodError, keysAt: KeysAt): readonly string[] {
  return error.issues.flatMap((issue) => describeIssue(issue, keysAt))
}

function describeIssue(issue: z.core.$ZodIssue, keysAt: KeysAt): readonly string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => describeKey(key, issue.path, keysAt(issue.path)))
  // Without a message of its own: the last alternative is the usual one, `false` comes first.
  if (issue.code === 'invalid_union' && issue.message === 'Invalid input') {
    const problems = issue.errors.at(-1) ?? []
    return problems.flatMap((one) =>
      describeIssue({ ...one, path: [...issue.path, ...one.path] }, keysAt),
    )
  }
  const place = issue.path.map(String).join('.') || 'the default export'
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => `${place}: ${message}`)
  }
  if (issue.code === 'invalid_value') return [`${place}: ${describeValue(issue)}`]
  const message = issue.message.charAt(0).toLowerCase() + issue.message.slice(1)
  return [`${place}: ${message}`]
}

function describeKey(key: string, path: readonly PropertyKey[], keys: readonly string[]): string {
  const nearest = nearestName(key, keys)
  const meant = nearest === null ? `there are ${quoteAll(keys)}` : `did you mean \`${nearest}\`?`
  const place = path.length === 0 ? '' : `${path.map(String).join('.')}: `
  return `${place}\`${key}\` is not a setting; ${meant}`
}

function describeValue({ input, values, path }: z.core.$ZodIssueInvalidValue): string {
  const names = values.map(String)
  const found = typeof input === 'string' ? `\`${input}\`` : 'this'
  const nearest = typeof input === 'string' ? nearestName(input, names) : null
  const meant = nearest === null ? `choose from ${quoteAll(names)}` : `did you mean \`${nearest}\`?`
  const kind = path[0] === 'types' ? 'column type' : 'value of this setting'
  return `${found} is not a ${kind}; ${meant}`
}

function quoteAll(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
