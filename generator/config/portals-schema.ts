import { z } from 'zod'
import { nearestName } from '../model/nearest-name.ts'
import { describeIssues } from './describe-issues.ts'
import { isCron } from './is-cron.ts'
import { isTimeZone } from './is-time-zone.ts'
import { readDuration } from './read-duration.ts'

const wrong = {
  // The text may be the secret itself, so it is not repeated.
  secret:
    'takes the name of an environment variable or of a file in `secrets`, such as `ACME_TOKEN`; a secret itself does not belong in this file',
  portalId: "takes the portal's id in HubSpot, such as `8100142`",
  folder: 'takes a folder, such as `portals/acme`',
  time: 'takes a time such as `15m`, `1h` or `1d`',
  cron: 'takes minute, hour, day, month and weekday, such as `0 6 * * *`, no value twice and not a day that never comes',
  zone: 'takes the name of a time zone, such as `Europe/Berlin` or `UTC`',
  oauth: "takes `{ app: 'agency', refreshTokenFrom: 'ACME_REFRESH' }`",
  app: "takes `{ clientIdFrom: 'HS_CLIENT_ID', clientSecretFrom: 'HS_CLIENT_SECRET' }`",
  apps: "takes apps by name: `{ agency: { clientIdFrom: 'HS_CLIENT_ID', clientSecretFrom: 'HS_CLIENT_SECRET' } }`",
  portal:
    "takes `{ portalId: 8100142, tokenFrom: 'ACME_TOKEN', databaseFrom: 'ACME_DATABASE_URL' }`",
  portals:
    "takes portals by name: `{ acme: { portalId: 8100142, tokenFrom: 'ACME_TOKEN', databaseFrom: 'ACME_DATABASE_URL' } }`",
}

/** The name of a portal; also part of a path and of an address. */
const portalName = /^[a-z0-9][a-z0-9_-]{0,62}$/
/** `--portals all` means every portal. */
const reservedNames = ['all']

/** The name of a variable or of a file. */
const secretName = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/

const secretFrom = z
  .string({ error: wrong.secret })
  .refine((text) => secretName.test(text) && !looksSecret(text), { error: wrong.secret })

/** A HubSpot token, a UUID, or a long text that is not made of words. */
function looksSecret(text: string): boolean {
  return (
    /^(?:pat|[a-z]{2}\d)-/i.test(text) ||
    /[0-9a-f]{8}-[0-9a-f]{4}-/i.test(text) ||
    /(?=[A-Za-z]*\d)[A-Za-z0-9]{28}/.test(text)
  )
}

const folder = z.string({ error: wrong.folder }).trim().min(1, { error: wrong.folder })

/** In seconds. */
const duration = z
  .string({ error: wrong.time })
  .refine((text) => readDuration(text) > 0, { error: wrong.time })
  .transform(readDuration)

const unknownKeyOr = (message: string) => (issue: { readonly code: string }) =>
  issue.code === 'unrecognized_keys' ? undefined : message

const oauthSchema = z.strictObject(
  { app: z.string({ error: wrong.oauth }), refreshTokenFrom: secretFrom },
  { error: unknownKeyOr(wrong.oauth) },
)

const appSchema = z.strictObject(
  { clientIdFrom: secretFrom, clientSecretFrom: secretFrom },
  { error: unknownKeyOr(wrong.app) },
)

const portalSchema = z.strictObject(
  {
    portalId: z.int({ error: wrong.portalId }).positive({ error: wrong.portalId }),
    tokenFrom: secretFrom.optional(),
    oauth: oauthSchema.optional(),
    databaseFrom: secretFrom,
    folder: folder.optional(),
    generated: folder.optional(),
    every: duration.optional(),
    at: z.string({ error: wrong.cron }).refine(isCron, { error: wrong.cron }).optional(),
    timeZone: z.string({ error: wrong.zone }).refine(isTimeZone, { error: wrong.zone }).optional(),
  },
  { error: unknownKeyOr(wrong.portal) },
)

export type ParsedPortal = z.output<typeof portalSchema>

/** The shape of hubgen.portals.ts; `HubgenPortals` documents it. */
export const portalsSchema = z
  .strictObject({
    portals: z.record(z.string(), portalSchema, { error: wrong.portals }),
    apps: z.record(z.string(), appSchema, { error: wrong.apps }).optional(),
    secrets: folder.optional(),
    queueFrom: secretFrom.optional(),
    every: duration.optional(),
    slice: duration.optional(),
  })
  .superRefine((file, context) => {
    for (const { path, message } of findMistakes(file)) {
      context.addIssue({ code: 'custom', path: [...path], message })
    }
  })

type ParsedPortals = z.output<typeof portalsSchema>

interface Mistake {
  readonly path: readonly string[]
  readonly message: string
}

/** Mistakes that no single setting shows. */
function findMistakes({ portals, apps = {} }: ParsedPortals): readonly Mistake[] {
  const names = Object.keys(portals)
  const none = names.length === 0 ? [{ path: ['portals'], message: wrong.portals }] : []
  return [
    ...none,
    ...names.flatMap(checkName),
    ...Object.entries(portals).flatMap(([name, portal]) => checkPortal(name, portal, apps)),
  ]
}

function checkName(name: string): readonly Mistake[] {
  if (reservedNames.includes(name)) {
    return [{ path: ['portals'], message: `\`${name}\` means every portal; choose another name` }]
  }
  if (portalName.test(name)) return []
  const shown = JSON.stringify(name.slice(0, 64))
  const message = `${shown} is not a name of lower-case letters, digits, \`-\` and \`_\`, which begins with a letter or digit`
  return [{ path: ['portals'], message }]
}

function checkPortal(
  name: string,
  { tokenFrom, oauth, every, at, timeZone }: ParsedPortal,
  apps: Readonly<Record<string, unknown>>,
): readonly Mistake[] {
  const found: Mistake[] = []
  const add = (message: string, ...inner: readonly string[]) => {
    found.push({ path: ['portals', name, ...inner], message })
  }
  if (tokenFrom === undefined && oauth === undefined) add('needs `tokenFrom` or `oauth`')
  if (tokenFrom !== undefined && oauth !== undefined) add('takes `tokenFrom` or `oauth`, not both')
  if (every !== undefined && at !== undefined) add('takes `every` or `at`, not both')
  if (timeZone !== undefined && at === undefined) add('is the time zone of `at`', 'timeZone')
  if (oauth !== undefined && !Object.hasOwn(apps, oauth.app)) {
    const nearest = nearestName(oauth.app, Object.keys(apps))
    const meant = nearest === null ? 'name one of `apps`' : `did you mean \`${nearest}\`?`
    add(`there is no such app in \`apps\`; ${meant}`, 'oauth', 'app')
  }
  return found
}

/** All problems of the portals file, one sentence each, beginning with the place. */
export function describePortalProblems(error: z.ZodError): readonly string[] {
  return describeIssues(error, keysAt)
}

function keysAt([setting, , inner]: readonly PropertyKey[]): readonly string[] {
  if (setting === 'apps') return Object.keys(appSchema.shape)
  if (setting !== 'portals') return Object.keys(portalsSchema.shape)
  return Object.keys(inner === 'oauth' ? oauthSchema.shape : portalSchema.shape)
}
