import { z } from 'zod'
import { alertTargetKinds } from '../../runtime/alerts/alert-settings.ts'
import { isTimeZone } from './is-time-zone.ts'

const wrong = {
  alerts: "takes `{ to: [{ kind: 'slack', urlFrom: 'SLACK_URL' }] }`",
  target: "takes `{ kind: 'slack', urlFrom: 'SLACK_URL' }`",
  // The text may be the URL itself, so it is not repeated.
  variable:
    'takes the name of an environment variable, such as `SLACK_URL`; write the URL itself into `.env`, because it is a secret',
  time: 'takes a time from `00:00` to `23:59`',
  quiet: "takes `{ from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }`",
  same: 'begins and ends at the same time; remove it to send alerts at every hour',
  zone: 'takes the name of a time zone, such as `Europe/Berlin` or `UTC`',
  dashboard: 'takes the address of the dashboard, such as `https://hubgen.example.com`',
}

const targetSchema = z.strictObject(
  {
    kind: z.enum(alertTargetKinds),
    urlFrom: z
      .string({ error: wrong.variable })
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,99}$/, { error: wrong.variable }),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : wrong.target) },
)

const timeOfDay = z
  .string({ error: wrong.time })
  .regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/, { error: wrong.time })

const quietHoursSchema = z
  .strictObject(
    {
      from: timeOfDay,
      to: timeOfDay,
      timeZone: z.string({ error: wrong.zone }).refine(isTimeZone, { error: wrong.zone }),
    },
    { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : wrong.quiet) },
  )
  .refine(({ from, to }) => from !== to, { error: wrong.same })

/** The `alerts` settings. */
export const alertsSchema = z.strictObject(
  {
    to: z.array(targetSchema, { error: wrong.alerts }).min(1, { error: wrong.alerts }),
    quietHours: quietHoursSchema.optional(),
    dashboard: z
      .string({ error: wrong.dashboard })
      .refine((text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), {
        error: wrong.dashboard,
      })
      .optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : wrong.alerts) },
)

/** The settings at a place below `alerts`. */
export function alertsKeysAt([inner]: readonly PropertyKey[]): readonly string[] {
  if (inner === 'to') return Object.keys(targetSchema.shape)
  return Object.keys(inner === 'quietHours' ? quietHoursSchema.shape : alertsSchema.shape)
}
