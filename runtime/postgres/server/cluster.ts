import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { chown, link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { machine } from '../../machine.ts'
import { serverFailure, unrunnable } from './server-failure.ts'
import { asServerUser, findServerUser } from './server-user.ts'

/** Paths of the programs of one Postgres version. */
export interface ServerBinaries {
  readonly initdb: string
  readonly postgres: string
}

/** A server process that accepts connections on 127.0.0.1. */
export interface RunningServer {
  readonly pid: number
  readonly port: number
}

export interface PidFile extends RunningServer {
  /** False while the server is `starting` or `stopping`, when it accepts no connections. */
  readonly ready: boolean
}

const startTimeoutMs = 60_000
const pollMs = 15
/** Another process may take a free port before the server binds it. */
const startAttempts = 5

// C messages and UTC make a cluster the same on every machine, like a Neon database.
const serverEnvironment = { ...process.env, LC_ALL: 'C', TZ: 'UTC' }

/**
 * Creates a cluster in `dataDirectory`, or finds that another process has just done so: the directory
 * appears complete or not at all. `passwordFile` contains the superuser's password.
 */
export async function createCluster(
  binaries: ServerBinaries,
  options: {
    readonly dataDirectory: string
    readonly username: string
    readonly passwordFile: string
    readonly initdbOptions: readonly string[]
  },
): Promise<void> {
  const parent = dirname(options.dataDirectory)
  const draft = `${options.dataDirectory}.${process.pid}`
  const user = findServerUser()
  await rm(draft, { recursive: true, force: true })
  await mkdir(draft, { mode: 0o700 })
  if (user !== null) {
    for (const path of [draft, options.passwordFile]) await chown(path, user.uid, user.gid)
  }
  const { command, commandArguments, identity } = asServerUser(
    user,
    binaries.initdb,
    [
      `--pgdata=${draft}`,
      `--username=${options.username}`,
      `--pwfile=${options.passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--no-sync',
      '--no-instructions',
      ...options.initdbOptions,
    ],
    [draft],
  )
  const log = join(parent, 'initdb.log')
  const exitCode = await runToLog(command, commandArguments, log, identity).catch(
    async (cause: NodeJS.ErrnoException) => {
      await rm(draft, { recursive: true, force: true })
      throw unrunnable(command, cause)
    },
  )
  if (exitCode !== 0) {
    await rm(draft, { recursive: true, force: true })
    throw serverFailure('could not be set up', log)
  }
  await rm(log, { force: true })
  await rename(draft, options.dataDirectory).catch(async (error: NodeJS.ErrnoException) => {
    await rm(draft, { recursive: true, force: true })
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  })
}

/**
 * Starts the server of a cluster, on the port of its last start if that is free, or finds one that another
 * process has started meanwhile. It runs in its own session, so Ctrl-C and the end of this process do not
 * affect it.
 */
export async function startServer(
  binaries: ServerBinaries,
  dataDirectory: string,
  settings: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const log = join(dirname(dataDirectory), 'server.log')
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    const server = await spawnServer(binaries, dataDirectory, settings, log)
    if (server !== undefined) return server
  }
  throw serverFailure('could not be started', log)
}

/** Stops the server at once, rolling back open transactions, and waits until it is gone. */
export async function stopServer(dataDirectory: string, pid: number): Promise<void> {
  const running = await readPidFile(dataDirectory)
  if (running?.pid === pid && isPostgres(pid)) process.kill(pid, 'SIGINT')
  for (let waitedMs = 0; waitedMs < startTimeoutMs && isPostgres(pid); waitedMs += pollMs) {
    await machine.pause(pollMs)
  }
}

/** Reads the pid file of a cluster's server; undefined if no server runs or starts. */
export async function readPidFile(dataDirectory: string): Promise<PidFile | undefined> {
  // Lines: pid, data directory, start time, port, socket directory, address, shared memory, status.
  const lines = (await readIfPresent(join(dataDirectory, 'postmaster.pid'))).split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0 || !isPostgres(pid)) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/** Waits until the cluster's server is ready. Undefined if there is none or it goes away meanwhile. */
export async function waitForServer(dataDirectory: string): Promise<RunningServer | undefined> {
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += pollMs) {
    const running = await readPidFile(dataDirectory)
    if (running === undefined || running.ready) return running
    await machine.pause(pollMs)
  }
  return undefined
}

async function spawnServer(
  binaries: ServerBinaries,
  dataDirectory: string,
  settings: Readonly<Record<string, string>>,
  log: string,
): Promise<RunningServer | undefined> {
  await dropStalePidFile(dataDirectory)
  const portFile = join(dirname(dataDirectory), 'port')
  const port = await findFreePort(Number.parseInt(await readIfPresent(portFile), 10))
  const flags = Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    port: String(port),
    ...settings,
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const { command, commandArguments, identity } = asServerUser(
    findServerUser(),
    binaries.postgres,
    ['-D', dataDirectory, ...flags],
    [dataDirectory],
  )
  const output = openSync(log, 'a', 0o600)
  const child = spawn(command, commandArguments, {
    ...identity,
    detached: true,
    stdio: ['ignore', output, output],
    env: serverEnvironment,
  })
  closeSync(output)
  let ended = false
  let refused: NodeJS.ErrnoException | undefined
  child.once('error', (error) => {
    refused = error
  })
  child.once('exit', () => {
    ended = true
  })
  child.unref()
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += pollMs) {
    const running = await readPidFile(dataDirectory)
    if (running?.ready === true) {
      await writeFile(portFile, String(running.port))
      return running
    }
    if (refused !== undefined) throw unrunnable(command, refused)
    if (ended && running === undefined) return undefined
    await machine.pause(pollMs)
  }
  return undefined
}

/**
 * After a crash Postgres replaces the pid file itself, unless another process now has that pid (common in
 * containers, where pids are small): then it assumes a running server. The file is moved away first and
 * checked again, because another process may just have written a new one.
 */
async function dropStalePidFile(dataDirectory: string): Promise<void> {
  const path = join(dataDirectory, 'postmaster.pid')
  const stale = await readIfPresent(path)
  const pid = Number.parseInt(stale, 10)
  if (Number.isNaN(pid) || !isAlive(pid) || isPostgres(pid)) return
  const aside = `${path}.${process.pid}`
  await rename(path, aside).catch(() => {})
  const moved = await readIfPresent(aside)
  if (moved !== '' && moved !== stale) await link(aside, path).catch(() => {})
  await rm(aside, { force: true })
}

function readIfPresent(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
}

/** Whether the process is alive and, on Linux, is a Postgres server. */
function isPostgres(pid: number): boolean {
  if (process.platform === 'linux') {
    try {
      // A zombie has no command line.
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres')
    } catch {
      return false
    }
  }
  return isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The preferred port if it is one and nothing listens there, otherwise any other. */
function findFreePort(preferred: number): Promise<number> {
  const wanted = preferred > 0 && preferred < 65_536 ? preferred : 0
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', (error) => {
      if (wanted === 0) reject(error)
      else resolve(findFreePort(0))
    })
    probe.listen(wanted, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

function runToLog(
  command: string,
  commandArguments: readonly string[],
  log: string,
  identity: object,
): Promise<number | null> {
  const output = openSync(log, 'a', 0o600)
  return new Promise((resolve, reject) => {
    const child = spawn(command, commandArguments, {
      ...identity,
      stdio: ['ignore', output, output],
      env: serverEnvironment,
    })
    closeSync(output)
    child.once('error', reject)
    child.once('exit', (code) => resolve(code))
  })
}
