import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { installBuiltPackage } from '../doors/built-package.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const repository = resolve(import.meta.dirname, '../..')

interface Ended {
  readonly exitCode: number | null
  /** Standard output and error, in order. */
  readonly output: string
}

/** An empty folder with the package as published, a portal and a database, in which documented commands run. */
export interface DocumentedProject extends AsyncDisposable {
  readonly directory: string
  /** Runs a script of a document in bash, in the folder or in another one. */
  shell(script: string, folder?: string): Promise<Ended>
  /** Runs SQL in the database of a folder. */
  query(folder: string, sql: string): Promise<unknown>
  /** Another empty folder with the same package and portal, and its own database. */
  addFolder(name: string): Promise<string>
}

export async function openDocumentedProject(): Promise<DocumentedProject> {
  const stack = new AsyncDisposableStack()
  const simulator = stack.use(
    await startTestSimulator({ records: { contacts: 150, companies: 60, deals: 120 } }),
  )
  const { path } = stack.use(await temporaryDirectory())
  await installPackage(path)
  const binaries = await addPrograms(path)
  const environment = {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
    PATH: `${binaries}:${process.env['PATH'] ?? ''}`,
    HOME: path,
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: join(path, 'compiled'),
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  }
  const databases = new Map<string, TestDatabase>()
  const addFolder = async (name: string) => {
    const folder = join(path, name)
    await mkdir(folder)
    databases.set(folder, stack.use(disposable(await createDatabase())))
    return folder
  }
  const directory = await addFolder('first')
  return {
    directory,
    shell(script, folder = directory) {
      const database = databases.get(folder)
      return runScript(script, folder, {
        ...environment,
        ...(database !== undefined && { DATABASE_URL: database.url }),
      })
    },
    async query(folder, sql) {
      await databases.get(folder)?.query(sql)
    },
    addFolder,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

function disposable(database: TestDatabase): TestDatabase & AsyncDisposable {
  return Object.assign(database, { [Symbol.asyncDispose]: () => database.close() })
}

/** Above the folders, so that each of them finds it. */
async function installPackage(path: string): Promise<void> {
  await installBuiltPackage(path)
  const modules = join(path, 'node_modules')
  for (const name of readdirSync(join(repository, 'node_modules'))) {
    const there = join(modules, name)
    if (!name.startsWith('.') && !existsSync(there)) {
      await symlink(join(repository, 'node_modules', name), there)
    }
  }
  for (const name of ['.env.example', 'dashboard']) {
    await symlink(join(repository, name), join(modules, 'hubgen', name))
  }
}

/** `npx` that starts the package, and `npm` that installs nothing, because there is no network in a test. */
async function addPrograms(path: string): Promise<string> {
  const binaries = join(path, 'bin')
  await mkdir(binaries)
  const main = join(path, 'node_modules/hubgen/dist/generator/cli/main.js')
  const programs = {
    npx: `shift\nexec '${process.execPath}' '${main}' "$@"`,
    npm: `case "$1" in install | ci) exit 0 ;; esac\nPATH="\${PATH#*:}" exec npm "$@"`,
    node: `exec '${process.execPath}' "$@"`,
  }
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(binaries, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(binaries, name), 0o755)
  }
  return binaries
}

/** Runs bash with these variables only, and stops at the first command that fails. */
export async function runScript(
  script: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const exitCode = await new Promise<number | null>((end, fail) => {
    child.on('error', fail)
    child.on('close', end)
  })
  return { exitCode, output }
}
