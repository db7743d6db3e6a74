/**
 * A failure that a user can meet and mend: printed without a stack, exit code 1. Anything else that
 * is thrown is a bug. Messages never carry a token, a connection string or a record's values.
 */
export class HubgenError extends Error {
  /** Stable, upper case, e.g. `PROPERTY_NAME_COLLISION`: scripts and tests compare this, never the text. */
  readonly code: string
  /** Where it happened: a path, a URL without query, a table. */
  readonly at: string | undefined
  /** The command or setting that mends it, in the imperative. */
  readonly fix: string | undefined

  constructor(
    code: string,
    message: string,
    details: { at?: string; fix?: string; cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'HubgenError'
    this.code = code
    this.at = details.at
    this.fix = details.fix
  }
}

/**
 * The text of a failure as the terminal shows it:
 * `error[CODE]: message`, then `  at   …` and `  fix: …` where they are known.
 */
export function formatError(error: HubgenError): string {
  const lines = [`error[${error.code}]: ${error.message}`]
  if (error.at !== undefined) lines.push(`  at   ${error.at}`)
  if (error.fix !== undefined) lines.push(`  fix: ${error.fix}`)
  return lines.join('\n')
}
