import { type HubgenCode, HubgenError } from '../errors.ts'

/** HubSpot's answer, or its absence, as an expected failure. */
export class HubSpotError extends HubgenError {
  /** HTTP status of the last answer; null when none came. */
  readonly status: number | null
  /** Of SCOPE_MISSING: those of which the call needs one, as far as they are known; else empty. */
  readonly scopes: readonly string[]
  /** HubSpot's word for the kind of failure, e.g. `OBJECT_NOT_FOUND`; "" where its answer has none. */
  readonly category: string
  /** HubSpot's own sentence, fit for a message; "" where its answer has none. */
  readonly said: string

  constructor(
    code: HubgenCode,
    message: string,
    details: {
      at: string
      status: number | null
      fix?: string
      cause?: unknown
      scopes?: readonly string[]
      category?: string
      said?: string
    },
  ) {
    super(code, message, details)
    this.status = details.status
    this.scopes = details.scopes ?? []
    this.category = details.category ?? ''
    this.said = details.said ?? ''
  }
}
