import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../environment.ts'
import { HubgenError } from '../../errors.ts'
import { isLoopback } from '../../loopback.ts'
import { findProxy, type HttpProxy } from './find-proxy.ts'
import {
  describeMissing,
  nameToken,
  readTokenSource,
  type TokenSource,
  tokenFix,
} from './token-source.ts'

/** The settings for connecting to a portal. */
export interface HubSpotSettings {
  /** Bearer token: a service key, private app token or OAuth access token. */
  readonly token: string
  /** Scheme and host, without a trailing slash. */
  readonly baseUrl: string
  /** Date version of the API, e.g. `2026-09`. */
  readonly apiVersion: string
  /** For error messages; HUBSPOT_API_TOKEN by default. */
  readonly tokenSource?: TokenSource | undefined
  /** The portal that the token must read, if a portals file names it. */
  readonly portalId?: number | undefined
  /** Whether other portals have the same generated files, which then name no portal; false by default. */
  readonly sharesFiles?: boolean | undefined
  /** Undefined for direct calls. */
  readonly proxy?: HttpProxy | undefined
}

/** The host for all regions, including EU portals. */
const defaultBaseUrl = 'https://api.hubapi.com'
/** Current at the time of writing; HubSpot supports a version for 18 months. */
const defaultApiVersion = '2026-09'

/**
 * Reads HUBSPOT_API_TOKEN, HUBSPOT_API_URL and HUBSPOT_API_VERSION, and HTTPS_PROXY, HTTP_PROXY and NO_PROXY;
 * `directory` is where `.env` was searched, if anywhere. Fails with TOKEN_MISSING, TOKEN_MALFORMED,
 * HUBSPOT_URL_INVALID, HUBSPOT_VERSION_INVALID or PROXY_INVALID.
 */
export function readHubSpotSettings(environment: Environment, directory?: string): HubSpotSettings {
  const tokenSource = readTokenSource(environment)
  const token = readToken(environment['HUBSPOT_API_TOKEN'], tokenSource, directory)
  const portalId = Number(environment['HUBGEN_PORTAL_ID'] || 0)
  const sharesFiles = environment['HUBGEN_SHARES_FILES'] === 'yes'
  return {
    token,
    ...(tokenSource !== undefined && { tokenSource }),
    ...readHubSpotAddress(environment),
    ...(portalId > 0 && { portalId }),
    ...(sharesFiles && { sharesFiles }),
  }
}

/** The settings for reaching HubSpot without a token. */
export type HubSpotAddress = Pick<HubSpotSettings, 'baseUrl' | 'apiVersion' | 'proxy'>

/** Reads the settings without the token and the portal. */
export function readHubSpotAddress(environment: Environment): HubSpotAddress {
  const { HUBSPOT_API_URL, HUBSPOT_API_VERSION } = environment
  const baseUrl = readBaseUrl(HUBSPOT_API_URL || defaultBaseUrl)
  const apiVersion = readApiVersion(HUBSPOT_API_VERSION || defaultApiVersion)
  const proxy = findProxy(environment, baseUrl)
  return { baseUrl, apiVersion, ...(proxy !== undefined && { proxy }) }
}

function readToken(
  value: string | undefined,
  source: TokenSource | undefined,
  directory: string | undefined,
): string {
  const token = value?.trim() ?? ''
  if (token === '') {
    throw new HubgenError('TOKEN_MISSING', describeMissing(source), {
      ...(directory !== undefined && { at: placeOfSettings(directory) }),
      fix: `${tokenFix(source)}; or try it without a portal: \`hubgen simulate\``,
    })
  }
  // Other characters are not allowed in a header, and fetch would quote them in its error message.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new HubgenError(
      'TOKEN_MALFORMED',
      `${nameToken(source)} contains spaces, line breaks or letters that no HubSpot token has`,
      { fix: 'copy the key again, without quotes or anything around it' },
    )
  }
  return token
}

/** Helps people who are in another folder than they think. */
function placeOfSettings(directory: string): string {
  const path = join(directory, '.env')
  return existsSync(path)
    ? `the environment, and ${path}`
    : `the environment; there is no ${path}: run it in the folder of the .env`
}

function readBaseUrl(value: string): string {
  const url = URL.parse(value)
  const plain =
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === ''
  if (!plain || !keepsTokenPrivate(url)) {
    throw new HubgenError(
      'HUBSPOT_URL_INVALID',
      'HUBSPOT_API_URL must be an https address; plain http sends the token unencrypted and is ' +
        'allowed only for this machine',
      {
        fix: `remove HUBSPOT_API_URL to use \`${defaultBaseUrl}\`, or give the simulator's address`,
      },
    )
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`
}

function keepsTokenPrivate(url: URL): boolean {
  if (url.protocol === 'https:') return true
  return url.protocol === 'http:' && isLoopback(url.hostname.replace(/^\[|\]$/g, ''))
}

function readApiVersion(value: string): string {
  if (/^\d{4}-\d{2}(-beta)?$/.test(value)) return value
  throw new HubgenError(
    'HUBSPOT_VERSION_INVALID',
    `HUBSPOT_API_VERSION is \`${value}\`, not a year and a month`,
    { fix: `remove it to use \`${defaultApiVersion}\`` },
  )
}
