import type { ErrorBody } from './answer-body.ts'
import { HubSpotError } from './hubspot-error.ts'
import { usualScope } from './scopes.ts'
import { scopeFix, type TokenSource } from './token-source.ts'

/** The parts of an answer that its error keeps. */
export interface RefusalDetails {
  readonly at: string
  readonly status: number
  readonly category: string
  /** HubSpot's own message; "" if there is none. */
  readonly said: string
}

/**
 * The error for a 403: SCOPE_MISSING if HubSpot names scopes as the cause or gives no reason at all;
 * HUBSPOT_FORBIDDEN, with HubSpot's message, for any other reason.
 */
export function forbidden(
  body: ErrorBody,
  { path, tokenSource }: { readonly path: string; readonly tokenSource?: TokenSource | undefined },
  details: RefusalDetails,
): HubSpotError {
  const { said, category } = details
  if (body.scopes.length > 0) return scopesNamed(body.scopes, details, tokenSource)
  const speaksOfScopes = category === 'MISSING_SCOPES' || /\bscopes?\b/i.test(said)
  const saysNothing = said === '' && category === ''
  if (speaksOfScopes || saysNothing) return scopeGuessed(usualScope(path), details, tokenSource)
  const words = said === '' ? `calls it \`${category.slice(0, 80)}\`` : `says: ${said}`
  return new HubSpotError('HUBSPOT_FORBIDDEN', `HubSpot forbids this call and ${words}`, {
    ...details,
    fix: fixFor(body, said),
  })
}

function scopesNamed(
  scopes: readonly string[],
  details: RefusalDetails,
  source: TokenSource | undefined,
): HubSpotError {
  const names = scopes.map((scope) => `\`${scope}\``).join(', ')
  return new HubSpotError(
    'SCOPE_MISSING',
    `the token lacks a scope for this call: ${names}${inWordsOf(details)}`,
    {
      ...details,
      scopes,
      fix: scopeFix(names, source),
    },
  )
}

function scopeGuessed(
  usual: string | null,
  details: RefusalDetails,
  source: TokenSource | undefined,
): HubSpotError {
  const guess = usual === null ? '' : `; it usually needs \`${usual}\`, which is a guess`
  return new HubSpotError(
    'SCOPE_MISSING',
    `HubSpot forbids this call and names no scope${guess}${inWordsOf(details)}`,
    {
      ...details,
      scopes: usual === null ? [] : [usual],
      fix: scopeFix(usual === null ? 'the read scope of this object type' : `\`${usual}\``, source),
    },
  )
}

function inWordsOf({ said }: RefusalDetails): string {
  return said === '' ? '' : `; HubSpot says: ${said}`
}

const fixes: readonly (readonly [words: RegExp, fix: string])[] = [
  [
    /\bIP\b|allow ?-?list|white ?-?list/i,
    "add this machine's address to the list of allowed addresses in HubSpot, then run the command again",
  ],
  [
    /public use|not public/i,
    'HubSpot offers no public API for this: leave it out of the project, then run the command again',
  ],
  [
    /subscription|upgrade|\btier\b|\bplan\b|not (?:enabled|included|available)/i,
    "check that the portal's plan includes this, then run the command again",
  ],
]

function fixFor({ title }: ErrorBody, said: string): string {
  if (title !== '') {
    return 'a firewall between here and HubSpot answered: try from another network, or ask who runs it to allow the calls'
  }
  const known = fixes.find(([words]) => words.test(said))?.[1]
  return known ?? 'check in HubSpot what the key may do, or ask HubSpot support about this message'
}
