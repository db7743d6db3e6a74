import { execFile } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A command that ended with another exit code than 0, or not in time. */
export class CommandFailed extends Error {}

/** Runs commands of a shell in a folder, as a user on a new machine would. */
export interface Shell {
  /** Returns the output of a command. Fails with CommandFailed. */
  run(command: string, cwd: string, more?: NodeJS.ProcessEnv): Promise<string>
  /** Installs a tool from npm and adds its commands to the PATH. */
  addTool(specifier: string): Promise<void>
}

const timeoutMs = 300_000

/** `scratch` is the home folder, `node` the Node to use. The PATH has no tools of the repository. */
export function openShell(scratch: string, node: string, settings: NodeJS.ProcessEnv): Shell {
  const bin = join(scratch, 'bin')
  mkdirSync(bin, { recursive: true })
  symlinkSync(node, join(bin, 'node'))
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|NODE_OPTIONS$|NODE$|HUBSPOT_|NEON_|PG|DATABASE_URL$|INIT_CWD$)/.test(name),
  )
  const paths = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => !path.includes('node_modules'))
  const tools: string[] = []
  const identity = { NAME: 'Install check', EMAIL: 'install-check@example.com' }
  const environment = {
    ...Object.fromEntries(inherited),
    ...Object.fromEntries(
      Object.entries(identity).flatMap(([name, value]) => [
        [`GIT_AUTHOR_${name}`, value],
        [`GIT_COMMITTER_${name}`, value],
      ]),
    ),
    HOME: scratch,
    CI: 'true',
    NO_COLOR: '1',
    ...settings,
  }
  const run = (command: string, cwd: string, more: NodeJS.ProcessEnv = {}) => {
    const PATH = [...tools, bin, ...paths].join(delimiter)
    const env = { ...environment, PATH, ...more }
    const limits = { timeout: timeoutMs, maxBuffer: 64 * 1_048_576 }
    return new Promise<string>((resolve, reject) => {
      execFile('sh', ['-c', command], { cwd, env, ...limits }, (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(new CommandFailed(`\`${command}\`: ${error.message}\n${stdout}${stderr}`))
      }).stdin?.end()
    })
  }
  return {
    run,
    async addTool(specifier) {
      const folder = join(scratch, 'tools', specifier.replaceAll('/', '-'))
      mkdirSync(folder, { recursive: true })
      await run(`npm install --no-audit --no-fund --prefix . ${specifier}`, folder)
      tools.unshift(join(folder, 'node_modules', '.bin'))
    },
  }
}
