import type { ObjectType, Property, Store } from '../store.ts'
import type { OAuthApp } from './oauth-app.ts'
import { Refusal } from './refusal.ts'

const scopesPage = 'https://developers.hubspot.com/scopes'
const notGranted = `This app hasn't been granted all required scopes to make this call. Read more about required scopes here: ${scopesPage}.`

/** Scopes of routes that belong to no object type. */
const portalScopes = [
  'oauth',
  'crm.objects.owners.read',
  'settings.users.read',
  'settings.users.teams.read',
  'settings.currencies.read',
  'crm.lists.read',
  'forms',
  'content',
  'automation',
  'communication_preferences.read',
  'marketing.campaigns.read',
  'marketing.campaigns.revenue.read',
]

/** Access control: one token and its scopes. */
export class Access {
  readonly token: string
  /** Undefined means all scopes. */
  readonly #scopes: ReadonlySet<string> | undefined
  /** Entries are `type id, space, property`. */
  readonly #withheld = new Set<string>()

  constructor(token: string, scopes: readonly string[] | undefined) {
    this.token = token
    this.#scopes = scopes === undefined ? undefined : new Set(['oauth', ...scopes])
  }

  /** The one token, or an access token that the app gave. */
  requireToken(authorization: string | undefined, oauth: OAuthApp | null, nowMs: number): void {
    if (authorization === `Bearer ${this.token}`) return
    const [, given = ''] = /^Bearer (.+)$/.exec(authorization ?? '') ?? []
    const state = oauth?.stateOf(given)
    if (state === 'expired') throw expiredToken(nowMs)
    if (state !== 'valid') throw unauthenticated()
  }

  /** Scopes as introspection lists them; if all are granted, those that the portal's routes need. */
  granted(store: Store): readonly string[] {
    if (this.#scopes !== undefined) return [...this.#scopes].sort()
    const asked = store
      .objectTypes()
      .flatMap((type) => [...type.recordScopes, ...type.schemaScopes])
    return [...new Set([...portalScopes, ...asked])].sort()
  }

  /** The objects API names the scopes inside `errors`. */
  requireRecords(type: ObjectType): void {
    this.#require(type.recordScopes, (scopes) => ({
      message: notGranted,
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: scopes },
        },
      ],
      links: { scopes: scopesPage },
      category: 'MISSING_SCOPES',
    }))
  }

  requireWrites(type: ObjectType): void {
    const scopes = type.recordScopes.map((scope) => scope.replace(/\.read$/, '.write'))
    this.#require(scopes, (required) => ({
      message: notGranted,
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: required },
        },
      ],
      links: { scopes: scopesPage },
      category: 'MISSING_SCOPES',
    }))
  }

  /** Schema APIs name the scopes in `context`. */
  requireSchema(type: ObjectType): void {
    this.requireOneOf([...type.schemaScopes, ...type.recordScopes])
  }

  requireOneOf(scopes: readonly string[]): void {
    this.#require(scopes, (required) => ({
      message: 'One or more of the following scopes are required.',
      context: { requiredGranularScopes: required, links: [scopesPage] },
      category: 'MISSING_SCOPES',
    }))
  }

  /** From now on answers omit the property, as for a key that lost a scope; its definition stays. */
  withhold(typeId: string, property: string): void {
    this.#withheld.add(`${typeId} ${property}`)
  }

  grant(typeId: string, property: string): void {
    this.#withheld.delete(`${typeId} ${property}`)
  }

  /** Values of sensitive properties need additional scopes; definitions do not. */
  mayReadValues(typeId: string, property: Property): boolean {
    if (this.#withheld.has(`${typeId} ${property.name}`)) return false
    if (this.#scopes === undefined || property.dataSensitivity === 'non_sensitive') return true
    const wanted = property.dataSensitivity === 'sensitive' ? '.sensitive.' : '.highly_sensitive.'
    return [...this.#scopes].some((scope) => scope.includes(wanted))
  }

  #require(
    scopes: readonly string[],
    body: (scopes: readonly string[]) => ConstructorParameters<typeof Refusal>[1],
  ): void {
    const granted = this.#scopes
    if (granted === undefined || scopes.some((scope) => granted.has(scope))) return
    if (this.#canOnlyWriteSchemas()) throw new Refusal(403, { message: notGranted })
    throw new Refusal(403, body([...new Set(scopes)]))
  }

  /** A key with only `crm.schemas.*.write` is refused without mentioning scopes. */
  #canOnlyWriteSchemas(): boolean {
    const others = [...(this.#scopes ?? [])].filter((scope) => scope !== 'oauth')
    return others.length > 0 && others.every((scope) => /^crm\.schemas\..+\.write$/.test(scope))
  }
}

const authFailureHeader = { 'x-hubspot-auth-failure': '401 Unauthorized' }

function unauthenticated(): Refusal {
  return new Refusal(
    401,
    {
      message:
        'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview',
      category: 'INVALID_AUTHENTICATION',
    },
    authFailureHeader,
  )
}

export function expiredToken(nowMs: number): Refusal {
  return new Refusal(
    401,
    {
      message: 'The OAuth token used to make this call expired 0 second(s) ago.',
      context: { 'expire time': [new Date(nowMs).toISOString()] },
      category: 'EXPIRED_AUTHENTICATION',
    },
    authFailureHeader,
  )
}
