import { HubgenError } from '../errors.ts'

/** HubSpot's answer, or its absence, as an expected failure. */
export class HubSpotError extends HubgenError {
  /** HTTP status of the last answer; null when none came. */
  readonly status: number | null

  constructor(
    code: string,
    message: string,
    details: { at: string; status: number | null; fix?: string; cause?: unknown },
  ) {
    super(code, message, details)
    this.status = details.status
  }
}
