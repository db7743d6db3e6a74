/** `alerts` of `hubgen.config.ts`. */
export interface AlertSettings {
  readonly to: readonly AlertTarget[]
  /**
   * No message in this time of day; the first sync after it sends one with everything new:
   * `{ from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }`.
   */
  readonly quietHours?: QuietHours | undefined
  /** The address of the dashboard for the link in messages: `https://hubgen.example.com`. */
  readonly dashboard?: string | undefined
}

/** `slack`: text for Slack and programs that take its messages. `webhook`: JSON for programs. */
export const alertTargetKinds = ['slack', 'webhook'] as const

export interface AlertTarget {
  readonly kind: (typeof alertTargetKinds)[number]
  /** The environment variable with the URL, which is a secret. */
  readonly urlFrom: string
}

/** From one time of day to another, maybe of the next day, in a time zone. */
export interface QuietHours {
  /** `22:00` */
  readonly from: string
  readonly to: string
  /** IANA name. */
  readonly timeZone: string
}

/** Whether a moment lies within quiet hours. */
export function isQuiet({ from, to, timeZone }: QuietHours, now: Date): boolean {
  const time = now.toLocaleTimeString('en-US', {
    timeZone,
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  return from < to ? from <= time && time < to : from <= time || time < to
}
