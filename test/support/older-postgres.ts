import { existsSync } from 'node:fs'
import { startTestServer, type TestServer } from './test-server.ts'

/** Postgres 15 is the oldest that hubgen supports; CI sets others. */
export const olderVersion = Number(process.env['HUBGEN_TEST_POSTGRES'] ?? 15)
const directory = `/usr/lib/postgresql/${olderVersion}/bin`

/** The reason why the tests on Postgres 15 cannot run here; undefined if they can. */
export const postgres15Missing: string | undefined = existsSync(`${directory}/postgres`)
  ? undefined
  : `Postgres ${olderVersion} is not installed in ${directory}`

export function startOlderServer(): Promise<TestServer> {
  const binaries = { initdb: `${directory}/initdb`, postgres: `${directory}/postgres` }
  return startTestServer(binaries, ['--locale=C.UTF-8'])
}
