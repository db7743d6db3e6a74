import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TokenGuard } from '../../dashboard/guard.ts'

const token = 'a-token-of-the-tests-2f6b1c'
const beganMs = Date.parse('2026-11-25T08:00:00Z')
const hourMs = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: beganMs })
})

afterEach(() => {
  vi.useRealTimers()
})

/** A dashboard with only its access check. */
function openDoor(given = token) {
  const guard = new TokenGuard(given, '')
  const app = new Hono()
  app.post('/login', async (context) => {
    const { token } = await context.req.parseBody()
    return context.text(await guard.logIn(context, String(token)))
  })
  app.use(guard.check)
  app.get('/', (context) => context.text('inside'))
  const logIn = (typed: string) =>
    app.request('/login', { method: 'POST', body: new URLSearchParams({ token: typed }) })
  return {
    logIn: async (typed: string) => (await logIn(typed)).text(),
    async session(typed: string) {
      const cookie = (await logIn(typed)).headers.get('set-cookie') ?? ''
      return cookie.split(';')[0] ?? ''
    },
    async enter(headers: Readonly<Record<string, string>>) {
      return (await app.request('/', { headers })).status
    },
  }
}

describe('a session', () => {
  test('lasts a working day', async () => {
    const door = openDoor()
    const cookie = await door.session(token)
    expect(await door.enter({ Cookie: cookie })).toBe(200)
    vi.setSystemTime(beganMs + 12 * hourMs - 1)
    expect(await door.enter({ Cookie: cookie })).toBe(200)
    vi.setSystemTime(beganMs + 12 * hourMs)
    expect(await door.enter({ Cookie: cookie })).toBe(401)
  })

  test('outlives a restart, and ends with another token', async () => {
    const cookie = await openDoor().session(token)
    expect(await openDoor().enter({ Cookie: cookie })).toBe(200)
    expect(await openDoor('another-token-altogether').enter({ Cookie: cookie })).toBe(401)
  })

  test('cannot be made longer by its owner', async () => {
    const door = openDoor()
    const cookie = await door.session(token)
    const later = cookie.replace(/=\d+/, `=${beganMs + 99 * hourMs}`)
    expect(later).not.toBe(cookie)
    expect(await door.enter({ Cookie: later })).toBe(401)
  })
})

describe('a wrong token', () => {
  test.each(['', 'wrong', `${token} `, token.slice(1), token.toUpperCase(), `${token}\0`])(
    'opens nothing: %j',
    async (typed) => {
      const door = openDoor()
      expect(await door.logIn(typed)).toBe('wrong')
      expect(await door.session(typed)).toBe('')
    },
  )

  test('allows ten attempts per minute in total, then even the right one waits', async () => {
    const door = openDoor()
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(await door.logIn(`guess ${attempt}`)).toBe('wrong')
      expect(await door.enter({ Authorization: `Bearer guess-${attempt}` })).toBe(401)
    }
    expect(await door.logIn('one more')).toBe('too many')
    expect(await door.logIn(token)).toBe('too many')
    vi.setSystemTime(beganMs + 60_000)
    expect(await door.logIn(token)).toBe('right')
  })
})
