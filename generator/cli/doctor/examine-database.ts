import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { machine } from '../../../runtime/machine.ts'
import { type Database, openDatabase } from '../../../runtime/postgres/connection/database.ts'
import {
  findPooler,
  isNeon,
  oldestServer,
  readServerFacts,
  type ServerFacts,
} from '../../../runtime/postgres/connection/server-facts.ts'
import type {
  DatabaseSettings,
  EmbeddedSettings,
  ServerSettings,
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
  /** Whoever called closes it; null where none answers, which a finding says. */
  readonly database: Database | null
  /** Why there is none. */
  readonly missing: string
}

const title = 'Database'
const rest: readonly Check[] = ['server', 'encryption', 'pooler', 'database_clock']
/** A suspended Neon compute takes longer to answer for the first time. */
const slowMs = 1_000

/** Whether the database answers, and what it is. An embedded one that is not there yet is not made. */
export async function examineDatabase(
  settings: DatabaseSettings | null,
): Promise<DatabaseExamination> {
  if (settings === null) {
    const missing = 'the database cannot be asked before its settings are right'
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
  const missing = 'the embedded database is not there yet'
  const found = `${missing}; to look, none was made`
  const fix = '`hubgen migrate` makes it; or set NEON_* to use Neon'
  const findings = [
    finding('database', 'warning', found, { at: relative('', directory), fix }),
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
  const woke = neon && tookMs > slowMs ? '; its compute may have been asleep' : ''
  return `${who} answered after ${formatCount(tookMs)} ms${woke}`
}

/**
 * Whether a server is new enough, and takes writes.
 * @internal Exported for tests.
 */
export function judgeServer({ version, major, readOnly }: ServerFacts): Finding {
  if (major < oldestServer) {
    return finding('server', 'failed', `Postgres ${version} is too old`, {
      fix: `use Postgres ${oldestServer} or newer; Neon offers it for new projects`,
    })
  }
  if (!readOnly) return finding('server', 'ok', `Postgres ${version}, which takes writes`)
  return finding('server', 'failed', `Postgres ${version} takes no writes`, {
    fix: 'connect to the primary, not to a read replica, and check `default_transaction_read_only`',
  })
}

function describeEncryption(settings: DatabaseSettings): Finding {
  const mode = settings.kind === 'embedded' ? 'off' : settings.tls.mode
  return finding('encryption', 'ok', encryptionWords[mode])
}

const encryptionWords: Readonly<Record<ServerSettings['tls']['mode'], string>> = {
  verified: 'TLS, and the certificate is that of the host',
  unverified: 'TLS without a look at the certificate: the database is on this machine',
  off: 'no TLS: the connection does not leave this machine',
}

async function describeRoute(database: Database): Promise<Finding> {
  const words = {
    pooled: 'through a pooler: good for many short connections; syncs and migrations work',
    direct: 'directly, without a pooler: syncs and migrations work',
  }
  return finding('pooler', 'ok', words[await findPooler(database)])
}
