import { expect, test } from 'vitest'
import { type HubSpotPlace, propertyLink, recordLink } from '../../dashboard/hubspot-links.ts'

const european: HubSpotPlace = {
  portalId: '8100142',
  uiDomain: 'app-eu1.hubspot.com',
  objectType: '2-55',
}

test('a record and a property are links to the portal of their entity', async () => {
  expect(String(await recordLink(european, '17'))).toContain(
    'href="https://app-eu1.hubspot.com/contacts/8100142/record/2-55/17"',
  )
  expect(String(await propertyLink(european, 'color'))).toContain(
    'https://app-eu1.hubspot.com/property-settings/8100142/properties?type=2-55&amp;action=edit&amp;property=color',
  )
  const unknownHost = { ...european, uiDomain: null }
  expect(String(await recordLink(unknownHost, '17'))).toContain('https://app.hubspot.com/contacts/')
})

test('without a portal, and of what is no id, there is no link', async () => {
  expect(String(await recordLink(null, '17'))).toBe('<code>17</code>')
  expect(String(await propertyLink(null, 'color'))).toBe('<code>color</code>')
  const odd = String(await recordLink(european, '"><script>1'))
  expect(odd).not.toMatch(/<a |<script/)
})

test('a name from HubSpot stays within its parameter', async () => {
  const link = String(await propertyLink(european, 'a&action=delete"><b>'))
  expect(link).toContain('property=a%26action%3Ddelete%22%3E%3Cb%3E"')
  expect(link).not.toContain('<b>')
})
