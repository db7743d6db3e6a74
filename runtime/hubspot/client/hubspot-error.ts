import { type HubgenCode, HubgenError } from '../../errors.ts'

/** An answer from HubSpot that is an error, or a missing answer. */
export class HubSpotError extends HubgenError {
  /** HTTP status of the last answer; null if none came. */
  readonly status: number | null
  /** For SCOPE_MISSING: scopes of which the call needs one, if known; otherwise empty. */
  readonly scopes: readonly string[]
  /** HubSpot's category of the error, e.g. `OBJECT_NOT_FOUND`; "" if there is none. */
  readonly category: string
  /** HubSpot's own message, prepared for display; "" if there is none. */
  readonly said: string
  /** When HubSpot permits calls again, if it said so; null otherwise. */
  readonly resumesAt: Date | null

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
      resumesAt?: Date | null
    },
  ) {
    super(code, message, details)
    this.status = details.status
    this.scopes = details.scopes ?? []
    this.category = details.category ?? ''
    this.said = details.said ?? ''
    this.resumesAt = details.resumesAt ?? null
  }
}
