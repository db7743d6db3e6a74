import { HubgenError } from '../errors.ts'

/** HubSpot's answer, or its absence, as an expected failure. */
export class HubSpotError extends HubgenError {
  /** HTTP status of the last answer; null when none came. */
  readonly status: number | null
  /** Of SCOPE_MISSING: those of which the call needs one, as far as they are known; else empty. */
  readonly scopes: readonly string[]

  constructor(
    code: string,
    message: string,
    details: {
      at: string
      status: number | null
      fix?: string
      cause?: unknown
      scopes?: readonly string[]
    },
  ) {
    super(code, message, details)
    this.status = details.status
    this.scopes = details.scopes ?? []
  }
}
