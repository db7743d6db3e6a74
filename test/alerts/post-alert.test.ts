import type { ServerResponse } from 'node:http'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { postAlert } from '../../runtime/alerts/post-alert.ts'
import { type AlertReceiver, startAlertReceiver } from '../support/alert-receiver.ts'

let receiver: AlertReceiver

beforeAll(async () => {
  receiver = await startAlertReceiver()
})

beforeEach(() => {
  receiver.bodies.length = 0
  receiver.answers.length = 0
})

afterAll(() => receiver?.[Symbol.asyncDispose]())

const usual = () => ({ SLACK_URL: receiver.url })

/** A busy machine must not make an answer late, so only the test of silence gives it little time. */
function post(environment: Record<string, string> = usual(), timeoutMs = 10_000) {
  const timing = { timeoutMs, waitsMs: [1, 1], deadlineMs: 30_000 }
  return postAlert({ kind: 'slack', urlFrom: 'SLACK_URL' }, { text: 'x' }, environment, timing)
}

const status =
  (code: number, headers: Record<string, string> = {}) =>
  (answer: ServerResponse) =>
    void answer.writeHead(code, headers).end('no')

test('a message arrives as it is', async () => {
  expect(await post()).toBeNull()
  expect(receiver.bodies).toEqual([{ text: 'x' }])
})

test('a failure that passes is retried', async () => {
  receiver.answers.push(status(503), (answer) => answer.destroy())
  expect(await post()).toBeNull()
  expect(receiver.bodies).toHaveLength(3)
  receiver.answers.push(status(429, { 'Retry-After': '0' }))
  expect(await post()).toBeNull()
})

test.each([
  [
    '404',
    [status(404)],
    1,
    /refuses alerts \(404: there is no such webhook any more\)/,
    /create a new webhook/,
  ],
  ['410', [status(410)], 1, /\(410: there is no such webhook any more\)/, /create a new webhook/],
  ['403', [status(403)], 1, /refuses alerts \(403\)/, /create a new webhook/],
  [
    'a redirect',
    [status(302, { Location: 'http://127.0.0.1:1/' })],
    1,
    /redirects/,
    /set SLACK_URL/,
  ],
  ['a long pause', [status(429, { 'Retry-After': '3600' })], 1, /429/, /run `hubgen alert` later/],
  [
    'errors',
    [status(500), status(502), status(503)],
    3,
    /failed with 503/,
    /run `hubgen alert` later/,
  ],
  ['silence', [() => {}, () => {}, () => {}], 3, /does not answer/, /check the URL/],
])(
  '%s is one notice with a fix, and never the URL',
  async (name, answers, attempts, message, fix) => {
    receiver.answers.push(...answers)
    const failure = await post(usual(), name === 'silence' ? 200 : undefined)
    expect(failure).toMatchObject({ code: 'ALERT_NOT_SENT' })
    expect(failure?.message).toMatch(message)
    expect(failure?.fix).toMatch(fix)
    expect(`${failure?.message} ${failure?.fix}`).toContain('SLACK_URL')
    expect(`${failure?.message} ${failure?.fix}`).not.toMatch(/127\.0\.0\.1|secret/)
    expect(receiver.bodies).toHaveLength(attempts)
  },
)

test.each([
  [{}, /`SLACK_URL`, which `alerts` names, is not set/],
  [{ SLACK_URL: '  ' }, /is not set/],
  [{ SLACK_URL: 'hooks.example.com/secret' }, /is not an http or https URL/],
  [{ SLACK_URL: 'file:///secret' }, /is not an http or https URL/],
  [{ SLACK_URL: 'http://127.0.0.1:2/secret' }, /cannot be reached \(ECONNREFUSED\)/],
  [
    { SLACK_URL: 'https://secret.invalid/', HTTPS_PROXY: 'http://127.0.0.1:1' },
    /cannot be reached/,
  ],
])('a wrong variable is named: %j', async (environment, message) => {
  const failure = await post(environment)
  expect(failure?.message).toMatch(message)
  expect(failure?.fix).toContain('SLACK_URL')
  expect(`${failure?.message} ${failure?.fix}`).not.toMatch(/127\.0\.0\.1|secret/)
})
