import type { RowCount } from './copy-status.ts'

export interface StatusOptions {
  /** The result of `countRows`; without it, rows are null. */
  readonly rows?: ReadonlyMap<string, RowCount> | undefined
  /** IANA name of the portal's time zone; HubSpot's day begins at its midnight. */
  readonly timeZone?: string | null | undefined
  /** Age from which a copy is stale; a day and two hours by default. */
  readonly maxAgeSeconds?: number | undefined
  /** When a worker last compared the copy with HubSpot, which may have left no trace here; undefined if no queue knows. */
  readonly comparedAt?: Date | undefined
  /** Replaces the server's clock. */
  readonly now?: Date | undefined
}

/** A daily sync takes time and may start late; a shorter limit would raise false alarms. */
export const defaultMaxAgeSeconds = 26 * 3_600
