import { sql } from 'kysely'
import { machine } from '../../machine.ts'
import { explainingErrors } from '../database-error.ts'
import type { Database } from './database.ts'

/** The oldest major version that supports all SQL of hubgen. */
export const oldestServer = 15

/** Facts that a server reports about itself. */
export interface ServerFacts {
  /** `18.1`, possibly with a distribution's suffix. */
  readonly version: string
  readonly major: number
  /** Of the database's text, such as `UTF8`. */
  readonly encoding: string
  /** The server is a replica, or the role or database is set to read only. */
  readonly readOnly: boolean
  /** How far this machine's clock is ahead of the server's, accurate to half a round trip. */
  readonly clockAheadMs: number
}

export async function readServerFacts(database: Database): Promise<ServerFacts> {
  const ask = () =>
    sql<{ version: string; number: number; encoding: string; readOnly: boolean; now: Date }>`
      SELECT current_setting('server_version') AS version,
        current_setting('server_version_num')::int AS number,
        current_setting('server_encoding') AS encoding,
        current_setting('transaction_read_only') = 'on' AS "readOnly",
        clock_timestamp() AS now`.execute(database.kysely)
  const askedMs = machine.nowMs()
  const { rows } = await explainingErrors(database.label, ask)
  const answeredMs = machine.nowMs()
  const [facts] = rows
  if (facts === undefined) throw new Error('a SELECT without FROM gave no row')
  const { version, number, encoding, readOnly, now } = facts
  const clockAheadMs = Math.round((askedMs + answeredMs) / 2 - now.getTime())
  return { version, major: Math.floor(number / 10_000), encoding, readOnly, clockAheadMs }
}

/** The peer at the address: the server itself, or a pooler that lends a connection per transaction. */
type Route = 'direct' | 'pooled'

/**
 * For Neon, the host name decides: its proxy sits in front of both kinds of hosts, so nothing else
 * distinguishes them.
 */
export async function findPooler(database: Database): Promise<Route> {
  const { host } = database.label
  if (isNeon(host)) return /^[^.]+-pooler\./.test(host) ? 'pooled' : 'direct'
  return (await database.reachesServer()) ? 'direct' : 'pooled'
}

export function isNeon(host: string): boolean {
  return /\.neon\.(tech|build)$/i.test(host)
}
