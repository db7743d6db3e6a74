import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isLoopback } from '../../../runtime/loopback.ts'
import { machine } from '../../../runtime/machine.ts'
import { type Database, openDatabase } from '../../../runtime/postgres/connection/database.ts'
import {
  findPooler,
  isNeon,
  oldestServer,
  readServerFacts,
  type ServerFacts,
} from '../../../runtime/postgres/connection/server-facts.ts'
import {
  type DatabaseSettings,
  type EmbeddedSettings,
  isExposed,
  type ServerSettings,
} from '../../../runtime/postgres/connection/settings.ts'
import { formatCount } from '../../../runtime/words/numbers-as-text.ts'
import {
  type Check,
  type Finding,
  finding,
  findingOf,
  type Section,
  skippedChecks,
} from './finding.ts'
import { judgeClock } from './judge-clock.ts'

export interface DatabaseExamination {
  readonly section: Section
  /** The caller closes it; null if no database answers, which a finding reports. */
  readonly database: Database | null
  /** The reason for a null database. */
  readonly missing: string
}

const title = 'Database'
const rest: readonly Check[] = ['server', 'encryption', 'pooler', 'database_clock']
/** A suspended Neon compute needs longer for its first answer. */
const slowMs = 1_000

/** Checks that the database answers, and describes it. Does not create a missing embedded database. */
export async function examineDatabase(
  settings: DatabaseSettings | null,
): Promise<DatabaseExamination> {
  if (settings === null) {
    const missing = 'the database settings are invalid'
    const findings = skippedChecks(['database', ...rest], missing)
    return { section: { title, findings }, database: null, missing }
  }
  if (settings.kind === 'embedded' && !isThere(settings)) return notThereYet(settings)
  const startedMs = machine.nowMs()
  let database: Database
  try {
    database = await openDatabase(settings)
  } catch (error) {
    const missing = 'no database answers'
    const findings = [findingOf('database', error), ...skippedChecks(rest, missing)]
    return { section: { title, findings }, database: null, missing }
  }
  const tookMs = machine.nowMs() - startedMs
  const findings = await describeServer(database, settings, tookMs)
  return { section: { title, findings }, database, missing: '' }
}

function isThere({ directory }: EmbeddedSettings): boolean {
  return existsSync(join(directory, 'data'))
}

function notThereYet({ directory }: EmbeddedSettings): DatabaseExamination {
  const missing = 'the embedded database does not exist yet'
  const fix = '`hubgen migrate` creates it; or set NEON_* to use Neon'
  const findings = [
    finding('database', 'warning', missing, { at: relative('', directory), fix }),
    ...skippedChecks(rest, missing),
  ]
  return { section: { title, findings }, database: null, missing }
}

async function describeServer(
  database: Database,
  settings: DatabaseSettings,
  tookMs: number,
): Promise<readonly Finding[]> {
  try {
    const facts = await readServerFacts(database)
    return [
      finding('database', 'ok', describeAnswer(settings, tookMs)),
      judgeServer(facts),
      describeEncryption(settings),
      await describeRoute(database),
      judgeClock('database_clock', "the database's", facts.clockAheadMs),
    ]
  } catch (error) {
    await database.close()
    throw error
  }
}

function describeAnswer(settings: DatabaseSettings, tookMs: number): string {
  const neon = settings.kind === 'server' && isNeon(settings.host)
  const who = settings.kind === 'embedded' ? 'the embedded Postgres' : neon ? 'Neon' : 'Postgres'
  const woke = neon && tookMs > slowMs ? '; its compute may have been suspended' : ''
  return `${who} answered after ${formatCount(tookMs)} ms${woke}`
}

/**
 * Checks that the server is new enough and accepts writes.
 * @internal Exported for tests.
 */
export function judgeServer({ version, major, readOnly, encoding }: ServerFacts): Finding {
  if (major < oldestServer) {
    return finding('server', 'failed', `Postgres ${version} is too old`, {
      fix: `use Postgres ${oldestServer} or newer; Neon offers it for new projects`,
    })
  }
  if (encoding !== 'UTF8') {
    return finding(
      'server',
      'failed',
      `the database stores text as ${encoding}, which lacks characters`,
      {
        fix: "create a database with `CREATE DATABASE hubspot ENCODING 'UTF8' TEMPLATE template0` and use that",
      },
    )
  }
  if (!readOnly) return finding('server', 'ok', `Postgres ${version} accepts writes`)
  return finding('server', 'failed', `Postgres ${version} accepts no writes`, {
    fix: 'connect to the primary, not to a read replica, and check `default_transaction_read_only`',
  })
}

/** @internal Exported for tests. */
export function describeEncryption(settings: DatabaseSettings): Finding {
  const mode = settings.kind === 'embedded' ? 'off' : settings.tls.mode
  if (settings.kind === 'embedded' || mode !== 'off' || isThisMachine(settings.host)) {
    return finding('encryption', 'ok', encryptionWords[mode])
  }
  if (!isExposed(settings)) {
    return finding('encryption', 'ok', 'no TLS, as `sslmode=disable` says; the host is private')
  }
  return finding(
    'encryption',
    'warning',
    'no TLS: records and the password cross the network unencrypted',
    {
      at: settings.variable ?? null,
      fix: 'turn TLS on in the server and remove `sslmode=disable`',
    },
  )
}

function isThisMachine(host: string): boolean {
  return host.startsWith('/') || isLoopback(host)
}

const encryptionWords: Readonly<Record<ServerSettings['tls']['mode'], string>> = {
  verified: 'TLS with a verified certificate',
  unverified: 'TLS without certificate verification: the database is on this machine',
  off: 'no TLS: the connection does not leave this machine',
}

async function describeRoute(database: Database): Promise<Finding> {
  const words = {
    pooled: 'through a pooler: syncs and migrations work',
    direct: 'direct, without a pooler: syncs and migrations work',
  }
  return finding('pooler', 'ok', words[await findPooler(database)])
}
