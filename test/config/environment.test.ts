import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { loadEnvironment } from '../../runtime/environment.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>
const names = ['DATABASE_URL', 'NEON_PASSWORD', 'MINE']

beforeEach(async () => {
  directory = await temporaryDirectory()
  for (const name of names) vi.stubEnv(name, undefined)
})

afterEach(async () => {
  for (const name of names) delete process.env[name]
  vi.unstubAllEnvs()
  await directory[Symbol.asyncDispose]()
})

async function load(text: string): Promise<NodeJS.ProcessEnv> {
  await writeFile(join(directory.path, '.env'), text)
  return loadEnvironment(directory.path)
}

// Node ends the first at `postgres://reader:12`, whose host would be the user and whose port a piece of the password.
test.each([
  ['DATABASE_URL=postgres://reader:12#34@host/db', 'DATABASE_URL'],
  ['  export NEON_PASSWORD = 12#34', 'NEON_PASSWORD'],
  ['DATABASE_URL=\nNEON_PASSWORD=12#34 # ours', 'NEON_PASSWORD'],
])('%j is refused, without a piece of the password', async (text, name) => {
  await expect(load(text)).rejects.toMatchObject({
    code: 'ENVIRONMENT_UNREADABLE',
    message: `the value of ${name} ends at its \`#\``,
    fix: expect.not.stringMatching(/12|34/),
  })
})

test.each([
  ["NEON_PASSWORD='12#34'", '12#34'],
  ['NEON_PASSWORD="12#34" # ours', '12#34'],
  ['NEON_PASSWORD=1234 # ours', '1234'],
  ['# NEON_PASSWORD=1#2\nNEON_PASSWORD=1234', '1234'],
  ['NEON_PASSWORD=1234\nMINE=a#b', '1234'],
])('%j is read', async (text, password) => {
  expect((await load(text))['NEON_PASSWORD']).toBe(password)
})

test('a variable of the environment makes its line in .env unimportant', async () => {
  process.env['NEON_PASSWORD'] = '5678'
  expect((await load('NEON_PASSWORD=12#34'))['NEON_PASSWORD']).toBe('5678')
})
