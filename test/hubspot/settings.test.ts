import { describe, expect, it } from 'vitest'
import type { HubgenError } from '../../runtime/errors.ts'
import { hubSpotPaths } from '../../runtime/hubspot/client/paths.ts'
import { readHubSpotSettings } from '../../runtime/hubspot/client/settings.ts'

const token = 'pat-na1-11111111-2222-4333-8444-555555555555'

function failureOf(environment: NodeJS.ProcessEnv): HubgenError {
  try {
    readHubSpotSettings(environment)
  } catch (error) {
    return error as HubgenError
  }
  throw new Error('the settings were accepted')
}

describe('settings', () => {
  it('are HubSpot and its current version by default', () => {
    expect(readHubSpotSettings({ HUBSPOT_API_TOKEN: ` ${token}\n` })).toEqual({
      token,
      baseUrl: 'https://api.hubapi.com',
      apiVersion: '2026-09',
    })
  })

  it.each([
    ['https://eu.example.com/', 'https://eu.example.com'],
    ['https://example.com/hubspot/', 'https://example.com/hubspot'],
    ['http://127.0.0.1:4010', 'http://127.0.0.1:4010'],
    ['http://localhost:4010/', 'http://localhost:4010'],
    ['http://[::1]:4010', 'http://[::1]:4010'],
  ])('take the address %s', (url, baseUrl) => {
    const environment = { HUBSPOT_API_TOKEN: token, HUBSPOT_API_URL: url }
    expect(readHubSpotSettings(environment).baseUrl).toBe(baseUrl)
  })

  it.each([
    'http://api.hubapi.com',
    'http://127.evil.com',
    'http://127.0.0.1.evil.com',
    'ftp://localhost',
    'api.hubapi.com',
    'https://user:secret@api.hubapi.com',
    'https://api.hubapi.com?x=1',
  ])('refuse the address %s, without repeating it', (url) => {
    const error = failureOf({ HUBSPOT_API_TOKEN: token, HUBSPOT_API_URL: url })
    expect(error.code).toBe('HUBSPOT_URL_INVALID')
    expect(error.message).not.toContain('secret')
  })

  it.each([undefined, '', '  '])('say where to get a token when it is %j', (value) => {
    const error = failureOf({ HUBSPOT_API_TOKEN: value })
    expect(error.code).toBe('TOKEN_MISSING')
    expect(error.fix).toContain('service key')
    expect(error.fix).toContain('`hubgen simulate`')
  })

  it.each(['two words', 'pat-na1-1\nX-Evil: 1', 'pat–na1'])(
    'refuse the token %j, without repeating it',
    (value) => {
      const error = failureOf({ HUBSPOT_API_TOKEN: value })
      expect(error.code).toBe('TOKEN_MALFORMED')
      expect(`${error.message} ${error.fix}`).not.toContain(value)
    },
  )

  it('refuse a version that is none', () => {
    const error = failureOf({ HUBSPOT_API_TOKEN: token, HUBSPOT_API_VERSION: 'v3' })
    expect(error.code).toBe('HUBSPOT_VERSION_INVALID')
  })
})

describe('paths', () => {
  it('carry the version, and names that cannot leave their place', () => {
    const paths = hubSpotPaths('2026-09')
    expect(paths.account()).toBe('/account-info/2026-09/details')
    expect(paths.properties('deals')).toBe('/crm/properties/2026-09/deals')
    expect(paths.propertyGroups('0-3')).toBe('/crm/properties/2026-09/0-3/groups')
    expect(paths.schemas()).toBe('/crm-object-schemas/2026-09/schemas')
    expect(paths.pipelines('tickets')).toBe('/crm/pipelines/2026-09/tickets')
    expect(paths.owners()).toBe('/crm/owners/2026-09')
    expect(paths.associationLabels('deals', 'contacts')).toBe(
      '/crm/associations/2026-09/deals/contacts/labels',
    )
    expect(paths.associationsBatchRead('deals', 'contacts')).toBe(
      '/crm/associations/2026-09/deals/contacts/batch/read',
    )
    expect(paths.batchRead('2-123')).toBe('/crm/objects/2026-09/2-123/batch/read')
    expect(paths.search('deals')).toBe('/crm/objects/2026-09/deals/search')
    expect(paths.objects('../owners?x')).toBe('/crm/objects/2026-09/..%2Fowners%3Fx')
  })
})
