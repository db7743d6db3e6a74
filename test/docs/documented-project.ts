import { spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { installBuiltPackage } from '../doors/built-package.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { type CommandRunner, openCommandRunner } from '../support/run-command.ts'
import { serveCommands } from '../support/served-commands.ts'
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
  /**
   * Runs a script of a document in bash, in the folder or in another one. Commands of hubgen run one after another in
   * a process that stays, which loads the package once.
   */
  shell(script: string, folder?: string): Promise<Ended>
  /** The same, with a process for each command, as users have it. */
  processes(script: string, folder?: string): Promise<Ended>
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
  const runner = stack.use(await openPackageRunner(path))
  const served = stack.use(await serveCommands((command) => runner.run(command)))
  const environment = {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
    HOME: path,
    NO_COLOR: '1',
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
  const runWith = (binaries: string, variables: Readonly<Record<string, string>> = {}) => {
    const PATH = `${binaries}:${process.env['PATH'] ?? ''}`
    return (script: string, folder: string = directory) => {
      const database = databases.get(folder)
      return runScript(script, folder, {
        ...environment,
        ...variables,
        PATH,
        ...(database !== undefined && { DATABASE_URL: database.url }),
      })
    }
  }
  return {
    directory,
    shell: runWith(await addPrograms(join(path, 'served'), served.script)),
    processes: runWith(
      await addPrograms(join(path, 'bin'), `exec '${process.execPath}' '${mainOf(path)}' "$@"`),
      { NODE_COMPILE_CACHE: join(path, 'compiled') },
    ),
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

function mainOf(path: string): string {
  return join(path, 'node_modules/hubgen/dist/generator/cli/main.js')
}

/** Runs commands of the package in this folder, with the server that others run from its sources. */
async function openPackageRunner(path: string): Promise<CommandRunner> {
  const sources = await readFile(join(repository, 'test/support/command-server.ts'), 'utf8')
  const commandServer = join(path, 'command-server.ts')
  const text = sources.replaceAll(/'\.\.\/\.\.\/(.*)\.ts'/g, "'./node_modules/hubgen/dist/$1.js'")
  await writeFile(commandServer, text)
  return openCommandRunner({ main: mainOf(path), commandServer, execArgv: [] })
}

/** `npx` that runs the package, and `npm` that installs nothing, because there is no network in a test. */
async function addPrograms(binaries: string, hubgen: string): Promise<string> {
  await mkdir(binaries)
  const programs = {
    npx: `shift\n${hubgen}`,
    npm: `case "$1" in install | ci) exit 0 ;; esac\nPATH="\${PATH#*:}" exec npm "$@"`,
    node: `exec '${process.execPath}' "$@"`,
  }
  for (const [name, text] of Object.entries(programs)) {
    await writeFile(join(binaries, name), `#!/bin/bash\n${text}\n`)
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
