import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AlertReceiver, startAlertReceiver } from '../support/alert-receiver.ts'
import { type FilledDashboard, openFilledDashboard } from '../support/dashboard/filled-dashboard.ts'

let filled: FilledDashboard
let receiver: AlertReceiver

beforeAll(async () => {
  filled = await openFilledDashboard()
  receiver = await startAlertReceiver()
})

afterAll(async () => {
  await filled?.[Symbol.asyncDispose]()
  await receiver?.[Symbol.asyncDispose]()
})

const settings = {
  to: [
    { kind: 'slack', urlFrom: 'SLACK_URL' },
    { kind: 'webhook', urlFrom: 'OPS_URL' },
  ],
  quietHours: { from: '00:00', to: '23:59', timeZone: 'UTC' },
} as const

test('the page of the quality sends a test message, and says where it did not arrive', async () => {
  const place = { environment: 'production', portalName: null }
  const environment = { SLACK_URL: receiver.url }
  const { url } = await filled.serve({ deal: 1 }, { alerts: { settings, environment, place } })
  const page = await (await fetch(`${url}/quality`)).text()
  expect(page).toContain('<code>SLACK_URL</code> (slack)</li>')
  expect(page).toContain('No messages from 00:00 to 23:59 (UTC)')
  expect(receiver.bodies).toEqual([])

  const other = await fetch(`${url}/alerts/test`, { method: 'POST' })
  expect(other.status).toBe(403)
  expect(receiver.bodies).toEqual([])

  const answer = await fetch(`${url}/alerts/test`, { method: 'POST', headers: { Origin: url } })
  expect(answer.status).toBe(200)
  const text = await answer.text()
  expect(text).toContain(
    '<code>SLACK_URL</code> (slack): <span class="state good" role="status">sent',
  )
  expect(text).toContain('the variable `OPS_URL`, which `alerts` names, is not set')
  expect(text).not.toContain('secret')
  expect(receiver.bodies).toMatchObject([{ text: expect.stringContaining('This is a test') }])
})

test('without alerts it says how to get them', async () => {
  const { url } = await filled.serve({ contact: 1 })
  expect(await (await fetch(`${url}/quality`)).text()).toContain('Nobody gets a message')
  const answer = await fetch(`${url}/alerts/test`, { method: 'POST', headers: { Origin: url } })
  expect(answer.status).toBe(404)
})
