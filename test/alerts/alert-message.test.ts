import { describe, expect, test } from 'vitest'
import { type AlertMessage, toBody } from '../../runtime/alerts/alert-message.ts'
import { isQuiet } from '../../runtime/alerts/alert-settings.ts'

const message: AlertMessage = {
  event: 'changed',
  at: new Date('2026-11-25T08:00:00Z'),
  tone: 'bad',
  headline: '2 of 3 entities need attention: HubSpot rejects the token',
  environment: 'production',
  portalName: 'Acme',
  causes: [
    {
      title: 'HubSpot rejects the token',
      sentence: 'the last sync failed: TOKEN_REJECTED',
      fix: 'create a new token',
      entities: ['deals', 'contacts'],
    },
  ],
  resolved: [{ title: 'a check failed', entities: ['deals'] }],
  link: 'https://hubgen.example.com/',
}

test('a webhook gets the message as JSON', () => {
  expect(JSON.parse(JSON.stringify(toBody(message, 'webhook')))).toEqual({
    ...message,
    at: '2026-11-25T08:00:00.000Z',
  })
})

test('Slack gets text', () => {
  expect(toBody(message, 'slack')).toEqual({
    text: [
      ':red_circle: *hubgen · production · Acme*: 2 of 3 entities need attention: HubSpot rejects the token',
      '• *HubSpot rejects the token* (deals, contacts): the last sync failed: TOKEN_REJECTED',
      '   fix: create a new token',
      '• resolved: a check failed (deals)',
      '<https://hubgen.example.com/|Open the dashboard>',
    ].join('\n'),
    unfurl_links: false,
    unfurl_media: false,
  })
})

test('text from HubSpot calls nobody and links nowhere', () => {
  const foreign = '<!channel> <https://evil.example|log in> @everyone & "x"\n• *forged*: line'
  const causes = [{ title: 'x', sentence: foreign, fix: foreign, entities: [foreign] }]
  const place = { environment: foreign, portalName: null, headline: foreign }
  const { text } = toBody({ ...message, ...place, causes, resolved: [] }, 'slack') as {
    text: string
  }
  expect(text.replaceAll('<https://hubgen.example.com/|Open the dashboard>', '')).not.toMatch(
    /[<>]/,
  )
  expect(text).not.toContain('@everyone')
  expect(text).toContain('&lt;!channel&gt;')
  expect(text.split('\n')).toHaveLength(4)
})

test('long lists and sentences are cut', () => {
  const cause = { title: 'x', sentence: 'y'.repeat(5_000), fix: 'z', entities: [] }
  const body = toBody({ ...message, causes: Array(50).fill(cause) }, 'webhook')
  expect(JSON.stringify(body).length).toBeLessThan(8_000)
})

describe('quiet hours', () => {
  const night = { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' }
  const noon = { from: '12:00', to: '13:30', timeZone: 'UTC' }

  test.each([
    [night, '2026-11-25T20:59:00Z', false],
    [night, '2026-11-25T21:00:00Z', true],
    [night, '2026-11-25T23:30:00Z', true],
    [night, '2026-11-26T05:59:59Z', true],
    [night, '2026-11-26T06:00:00Z', false],
    // In summer Berlin is two hours ahead.
    [night, '2026-07-25T20:00:00Z', true],
    [night, '2026-07-25T05:00:00Z', false],
    [noon, '2026-11-25T11:59:00Z', false],
    [noon, '2026-11-25T12:00:00Z', true],
    [noon, '2026-11-25T13:30:00Z', false],
  ])('%j at %s: %s', (hours, at, quiet) => {
    expect(isQuiet(hours, new Date(at))).toBe(quiet)
  })
})
