/** `alerts` of `hubgen.config.ts`. */
export interface AlertSettings {
  readonly to: readonly AlertTarget[]
  /** Alerts wait for their end; the first run after it sends them in one message. */
  readonly quietHours?: QuietHours | undefined
  /** The public address of the dashboard, which messages link. */
  readonly dashboard?: string | undefined
}

export interface AlertTarget {
  /** `slack`: text for Slack and programs that take its messages. `webhook`: JSON. */
  readonly kind: 'slack' | 'webhook'
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
