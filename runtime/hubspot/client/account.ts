import { HubgenError } from '../../errors.ts'
import { asObject } from './answer-body.ts'

/** The portal that a token reads. */
export interface Account {
  readonly portalId: number
  /** As HubSpot names it, e.g. `US/Eastern`; "" if HubSpot left it out. */
  readonly timeZone: string
  /** ISO 4217; "" if HubSpot left it out. */
  readonly currency: string
  /** The host of this portal's user interface. */
  readonly uiDomain: string
}

const usualUiDomain = 'app.hubspot.com'

/** Parses the answer of the account endpoint; fails with ANSWER_MALFORMED if it contains no portal id. */
export function readAccount(body: unknown, at: string): Account {
  const { portalId, timeZone, companyCurrency, uiDomain } = asObject(body)
  if (typeof portalId !== 'number' || !Number.isSafeInteger(portalId) || portalId < 1) {
    throw new HubgenError('ANSWER_MALFORMED', 'HubSpot did not say which portal this token reads', {
      at,
      fix: 'check that HUBSPOT_API_URL is the address of HubSpot or of `hubgen simulate`',
    })
  }
  return {
    portalId,
    timeZone: typeof timeZone === 'string' ? timeZone : '',
    currency: typeof companyCurrency === 'string' ? companyCurrency : '',
    uiDomain: isUiDomain(uiDomain) ? uiDomain : usualUiDomain,
  }
}

/** Fails with PORTAL_MISMATCH if the token reads another portal than the portals file names. */
export function checkPortalId({ portalId }: Account, expected: number | undefined): void {
  if (expected === undefined || portalId === expected) return
  throw new HubgenError(
    'PORTAL_MISMATCH',
    `hubgen.portals.ts names portal \`${expected}\`, but the token reads portal \`${portalId}\``,
    {
      at: 'hubgen.portals.ts',
      fix: `use a key of portal ${expected}, or set \`portalId: ${portalId}\` if the token is the right one`,
    },
  )
}

/** Accepts only HubSpot's own hosts, because the value becomes part of links that people follow. */
export function isUiDomain(value: unknown): value is string {
  return typeof value === 'string' && /^[a-z0-9-]+(\.[a-z0-9-]+)*\.hubspot\.com$/.test(value)
}
