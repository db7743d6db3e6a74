import { existsSync } from 'node:fs'
import { chown, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { HubgenError } from '../../errors.ts'
import { machine } from '../../machine.ts'
import { isConnectionError } from '../database-error.ts'
import {
  createCluster,
  type RunningServer,
  type ServerBinaries,
  startServer,
  stopServer,
  waitForServer,
} from './cluster.ts'
import { findEmbeddedBinaries } from './embedded-binaries.ts'
import { findServerUser } from './server-user.ts'

/** The embedded Postgres, in use by this process until `release`. */
export interface EmbeddedServer {
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /**
   * Returns the port. If the server has ended, joins or starts it again: on the same port, unless another
   * program has taken it meanwhile.
   */
  stay(): Promise<number>
  /**
   * Ends the use. The last hubgen process stops the server, whichever started it, unless another client
   * such as psql is connected: then the server keeps running and a later hubgen process joins it.
   */
  release(): Promise<void>
}

/** The connection that registers this process as a user of the server. */
interface Keeper {
  /** The server's process. */
  readonly pid: number
  readonly port: number
  readonly client: pg.Client
  /** Whether the connection has ended, and the registration with it. */
  isLost(): boolean
}

const user = 'hubgen'
const database = 'hubgen'
/** The version of the dependency; it cannot start clusters of another major version. */
const majorVersion = '18'
/** Every process that uses the server holds this advisory lock in shared mode, on a separate connection. */
const usersLock = 4_823_761
const openAttempts = 20
const retryDelayMs = 100

// The collation of a Neon database; the machine's own collation would sort differently on each machine.
const initdbOptions = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

const serverSettings = {
  // Otherwise failing statements would be logged with record values.
  log_min_messages: 'log',
  log_checkpoints: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
}

/**
 * Starts the server in `directory` (created on first use, in under 2 s), or joins the running one. Fails with
 * FILE_UNWRITABLE if its files cannot be written, and with EMBEDDED_POSTGRES_FAILED if files are missing.
 */
export async function openEmbedded(directory: string): Promise<EmbeddedServer> {
  try {
    return await openIn(directory)
  } catch (error) {
    if (isUnwritable(error)) throw unwritable(directory, error)
    throw isDamaged(directory, error) ? damaged(directory, error) : error
  }
}

function isUnwritable(error: unknown): error is NodeJS.ErrnoException {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  return syscall !== undefined && /^(EACCES|EPERM|EROFS|ENOSPC|EDQUOT|ENOTDIR|EEXIST)$/.test(code)
}

function unwritable(directory: string, cause: NodeJS.ErrnoException): HubgenError {
  const message = `the embedded Postgres cannot write its files (${cause.code})`
  return new HubgenError('FILE_UNWRITABLE', message, {
    at: cause.path ?? directory,
    fix: 'let this user write there, free space on its disk, or set DATABASE_URL to use another Postgres',
    cause,
  })
}

/** A file of the folder is missing, or is no file. */
function isDamaged(directory: string, error: unknown): error is NodeJS.ErrnoException {
  const { code, path = '' } = error as NodeJS.ErrnoException
  return code === 'EISDIR' || (code === 'ENOENT' && path.startsWith(directory))
}

function damaged(directory: string, cause: NodeJS.ErrnoException): HubgenError {
  const message = `the folder of the embedded Postgres is damaged (${cause.code})`
  return new HubgenError('EMBEDDED_POSTGRES_FAILED', message, {
    at: cause.path ?? directory,
    fix: 'restore the folder, or remove it, then run `hubgen migrate` and `hubgen sync` (its rows can be synced again)',
    cause,
  })
}

async function openIn(directory: string): Promise<EmbeddedServer> {
  const binaries = await findEmbeddedBinaries()
  const dataDirectory = join(directory, 'data')
  const password = await prepareDirectory(directory)
  if (!existsSync(dataDirectory)) {
    const passwordFile = join(directory, 'password')
    await createCluster(binaries, { dataDirectory, username: user, passwordFile, initdbOptions })
  }
  await checkVersion(dataDirectory)
  const rejoin = () => joinServer(binaries, dataDirectory, password)
  const keeper = await rejoin()
  await createDatabase(keeper.client)
  return {
    port: keeper.port,
    user,
    password,
    database,
    ...holdServer(dataDirectory, keeper, rejoin),
  }
}

/** The use of a server by this process; `rejoin` starts it if it has ended. */
function holdServer(
  dataDirectory: string,
  first: Keeper,
  rejoin: () => Promise<Keeper>,
): Pick<EmbeddedServer, 'stay' | 'release'> {
  let keeper = first
  let returning: Promise<number> | undefined
  const comeBack = async () => {
    keeper = await rejoin()
    return keeper.port
  }
  return {
    async stay() {
      if (!keeper.isLost()) return keeper.port
      returning ??= comeBack().finally(() => {
        returning = undefined
      })
      return returning
    },
    async release() {
      await returning?.catch(() => {})
      try {
        if (await isLastUser(keeper.client)) await stopServer(dataDirectory, keeper.pid)
      } catch (error) {
        // The server has died, so there is nothing to stop.
        if (!isConnectionError(error)) throw error
      } finally {
        await keeper.client.end()
      }
    },
  }
}

/** Creates the directory with a .gitignore and a password if they are missing; returns the password. */
async function prepareDirectory(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true })
  const serverUser = findServerUser()
  if (serverUser !== null) await chown(directory, serverUser.uid, serverUser.gid)
  await createOnce(join(directory, '.gitignore'), '*\n')
  await createOnce(join(directory, 'password'), machine.secret(24))
  return readFile(join(directory, 'password'), 'utf8')
}

/** Writes the file unless it exists; other processes never see a partial file. */
async function createOnce(path: string, text: string): Promise<void> {
  if (existsSync(path)) return
  const draft = `${path}.${process.pid}`
  await writeFile(draft, text, { mode: 0o600 })
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await rm(draft)
}

async function checkVersion(dataDirectory: string): Promise<void> {
  const version = (await readFile(join(dataDirectory, 'PG_VERSION'), 'utf8')).trim()
  if (version === majorVersion) return
  throw new HubgenError(
    'EMBEDDED_POSTGRES_VERSION',
    `the embedded database was created by Postgres ${version}; this hubgen includes ${majorVersion}`,
    {
      at: dataDirectory,
      fix: 'remove that directory, then run `hubgen migrate` and `hubgen sync`',
    },
  )
}

/**
 * Connects to the running server, or starts one, and registers this process as a user. If another process
 * is just stopping the server, waits and starts it again.
 */
async function joinServer(
  binaries: ServerBinaries,
  dataDirectory: string,
  password: string,
): Promise<Keeper> {
  for (let attempt = 1; ; attempt += 1) {
    const server =
      (await waitForServer(dataDirectory)) ??
      (await startServer(binaries, dataDirectory, serverSettings))
    try {
      return await connectKeeper(server, password)
    } catch (error) {
      if (!isConnectionError(error) || attempt === openAttempts) {
        throw new HubgenError(
          'EMBEDDED_POSTGRES_FAILED',
          'the embedded Postgres rejects the login of hubgen',
          {
            at: dataDirectory,
            fix: 'remove that directory (its rows can be synced again)',
            cause: error,
          },
        )
      }
      await machine.pause(retryDelayMs)
    }
  }
}

async function connectKeeper({ pid, port }: RunningServer, password: string): Promise<Keeper> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user,
    password,
    database: 'postgres',
    application_name: 'hubgen',
    keepAlive: true,
  })
  let lost = false
  client.once('end', () => {
    lost = true
  })
  // If the server dies, the pool's queries report it.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('SELECT pg_advisory_lock_shared($1)', [usersLock])
    return { pid, port, client, isLost: () => lost }
  } catch (error) {
    await client.end().catch(() => {})
    throw error
  }
}

async function createDatabase(client: pg.Client): Promise<void> {
  const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
  if (found.rowCount !== 0) return
  await client.query(`CREATE DATABASE ${database}`).catch((error: unknown) => {
    // Another process was faster: 42P04 if it has finished, 23505 if not yet.
    const code = error instanceof pg.DatabaseError ? error.code : undefined
    if (code !== '42P04' && code !== '23505') throw error
  })
}

/**
 * Releases the shared lock and tries to take it exclusively. hubgen's own connections are not counted:
 * other processes hold the lock, and this process's connections are closing.
 */
async function isLastUser(client: pg.Client): Promise<boolean> {
  await client.query('SELECT pg_advisory_unlock_shared($1)', [usersLock])
  const { rows } = await client.query<{ last: boolean }>(
    `SELECT pg_try_advisory_lock($1) AND NOT EXISTS (
       SELECT FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND application_name <> 'hubgen'
     ) AS last`,
    [usersLock],
  )
  return rows[0]?.last === true
}
