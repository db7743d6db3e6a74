import { Hono } from 'hono'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { TokenGuard } from '../../dashboard/guard.ts'
import { addressOf } from '../../dashboard/wrong-tokens.ts'

const token = 'a-token-of-the-tests-2f6b1c'
const beganMs = Date.parse('2026-11-25T08:00:00Z')
const hourMs = 3_600_000

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: beganMs })
})

afterEach(() => {
  vi.useRealTimers()
})

/** The part of a connection that the server passes on. */
function connectionFrom(remoteAddress = '203.0.113.7') {
  return { incoming: { socket: { remoteAddress } } }
}

/** A dashboard with only its access check. */
function openDoor(given = token) {
  const guard = new TokenGuard(given, '', 1)
  const app = new Hono()
  app.post('/login', async (context) => {
    const { token } = await context.req.parseBody()
    return context.text(await guard.logIn(context, String(token)))
  })
  app.use(guard.check)
  app.get('/', (context) => context.text('inside'))
  const logIn = (typed: string, address?: string) =>
    app.request(
      '/login',
      { method: 'POST', body: new URLSearchParams({ token: typed }) },
      connectionFrom(address),
    )
  return {
    logIn: async (typed: string, address?: string) => (await logIn(typed, address)).text(),
    async session(typed: string) {
      const cookie = (await logIn(typed)).headers.get('set-cookie') ?? ''
      return cookie.split(';')[0] ?? ''
    },
    async enter(headers: Readonly<Record<string, string>>, address?: string) {
      return (await app.request('/', { headers }, connectionFrom(address))).status
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

  test('is slowed down after ten per minute, and the right one gets in nevertheless', async () => {
    const door = openDoor()
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await door.logIn(`guess ${attempt}`)).toBe('wrong')
    }
    expect(await door.logIn('one more')).toBe('too many')
    expect(await door.logIn(token)).toBe('right')
    expect(await door.logIn('one more', '198.51.100.1')).toBe('wrong')
    // Programs have their own count.
    expect(await door.enter({ Authorization: 'Bearer wrong' })).toBe(401)
    vi.setSystemTime(beganMs + 60_000)
    expect(await door.logIn('one more')).toBe('wrong')
  })

  test('of a program keeps nobody out, not even the program', async () => {
    const door = openDoor()
    for (let attempt = 0; attempt < 10; attempt += 1) {
      expect(await door.enter({ Authorization: `Bearer guess-${attempt}` })).toBe(401)
    }
    const cookie = await door.session(token)
    expect(await door.enter({ Authorization: 'Bearer wrong' })).toBe(429)
    expect(await door.enter({ Authorization: 'Bearer wrong', Cookie: cookie })).toBe(200)
    expect(await door.enter({ Authorization: `Bearer ${token}` })).toBe(200)
    expect(await door.enter({ Authorization: 'Bearer wrong' }, '198.51.100.1')).toBe(401)
    expect(await door.logIn('wrong')).toBe('wrong')
  })

  test('from many addresses uses no memory', async () => {
    const door = openDoor()
    for (let attempt = 0; attempt < 10; attempt += 1) await door.logIn('guess', '198.51.100.1')
    expect(await door.logIn('guess', '198.51.100.1')).toBe('too many')
    for (let index = 0; index < 1_000; index += 1) {
      await door.logIn('guess', `10.0.${index >> 8}.${index & 255}`)
    }
    expect(await door.logIn('guess', '198.51.100.1')).toBe('wrong')
  })
})

describe('an address', () => {
  test.each([
    ['203.0.113.7', undefined, '203.0.113.7'],
    ['::ffff:203.0.113.7', undefined, '203.0.113.7'],
    ['203.0.113.7', '198.51.100.1', '203.0.113.7'],
    ['127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['::1', '192.0.2.1, 198.51.100.1', '198.51.100.1'],
    ['::ffff:127.0.0.1', '198.51.100.1', '198.51.100.1'],
    ['127.0.0.1', 'nobody', '127.0.0.1'],
    ['127.0.0.1', '', '127.0.0.1'],
    ['2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2'],
    ['2001:DB8:1:2::9', undefined, '2001:db8:1:2'],
    ['2001:db8::9', undefined, '2001:db8:0:0'],
  ])('%s with X-Forwarded-For %s counts as %s', async (remote, forwarded, address) => {
    const app = new Hono()
    app.get('/', (context) => context.text(addressOf(context)))
    const headers = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded }
    const answer = await app.request('/', { headers }, connectionFrom(remote))
    expect(await answer.text()).toBe(address)
  })
})
