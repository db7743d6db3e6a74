import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, readdir, stat, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { parseEnv } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { fillEnvironment } from '../../generator/project/fill-environment.ts'
import { compile } from '../support/compile.ts'
import { plainEnvironment } from '../support/node-process.ts'
import { openProject, type Project } from '../support/project.ts'
import { hubgenMain, startHubgen } from '../support/run-hubgen.ts'

const repository = resolve(import.meta.dirname, '../..')
let project: Project

beforeEach(async () => {
  project = await openProject()
})
afterEach(() => project[Symbol.asyncDispose]())

async function modeOf(path: string): Promise<number> {
  return (await stat(join(project.directory, path))).mode & 0o777
}

test('hubgen init writes what a project begins with, and says what to type next', async () => {
  const { exitCode, out, err } = await project.hubgen('init')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  expect(out).toBe(`wrote     .gitignore
wrote     .env
wrote     hubgen.config.ts
wrote     tsconfig.json
wrote     .env.example
wrote     .squawk.toml
wrote     .github/workflows/hubgen.yml
wrote     .git
next: hubgen explore --all
      hubgen generate --all
      hubgen migrate
      hubgen sync --all
`)
  expect(await project.read('.gitignore')).toBe('.env\n.hubgen/\nnode_modules/\n')
  expect(await project.read('.env.example')).toContain('HUBSPOT_API_TOKEN=\n')
  expect(parseEnv(await project.read('.env'))).toEqual({ HUBSPOT_API_TOKEN: '' })
  expect(await modeOf('.env')).toBe(0o600)
  const workflow = await project.read('.github/workflows/hubgen.yml')
  expect(workflow).toContain('npx hubgen diff --all --commit --markdown')
  expect(workflow).toContain('gh pr create')
  // Text from HubSpot must not become part of a script.
  expect(workflow.match(/\$\{\{[^}]*\}\}/g)).toEqual([
    ['$', '{{ secrets.HUBSPOT_API_TOKEN }}'].join(''),
    ['$', '{{ github.token }}'].join(''),
  ])
})

test('hubgen init overwrites nothing and adds only the lines that are missing', async () => {
  await project.write('hubgen.config.mjs', 'export default {}\n')
  await project.write('.env.example', 'MINE=1\n')
  await project.write('.env', 'MINE=2\n')
  await chmod(join(project.directory, '.env'), 0o640)
  await project.write('tsconfig.json', '{}\n')
  await project.write('.gitignore', 'dist\r\n/.env\r\nnode_modules')
  const { out } = await project.hubgen('init')
  expect(out).toContain(
    'added to  .gitignore\n' +
      'exists    .env (other users of this machine may read it: `chmod 600 .env`)\n' +
      'exists    hubgen.config.mjs\nexists    tsconfig.json\nexists    .env.example\nwrote ',
  )
  expect(out).not.toContain('set HUBSPOT_API_TOKEN')
  expect(await project.read('.env.example')).toBe('MINE=1\n')
  expect(await project.read('.env')).toBe('MINE=2\n')
  expect(await modeOf('.env')).toBe(0o640)
  expect(await project.read('.gitignore')).toBe('dist\r\n/.env\r\nnode_modules\r\n.hubgen/\r\n')
  expect(await readdir(project.directory)).not.toContain('hubgen.config.ts')
  const again = await project.hubgen('init')
  expect(again.out.match(/^exists/gm)).toHaveLength(8)
})

test('without git, and in a folder of a CommonJS package, it says so and writes the rest', async () => {
  await project.write('package.json', '{ "type": "commonjs" }\n')
  project.environment['PATH'] = join(project.directory, 'no-programs')
  const { exitCode, out } = await project.hubgen('init')
  expect(exitCode).toBe(0)
  expect(out).toContain('no        .git (the program `git` is not installed)')
  expect(out).toContain('next: npm pkg set type=module\n')
  expect(await readdir(project.directory)).not.toContain('.git')
})

test('a token of the environment is checked and written, and shown nowhere', async () => {
  const { token, url } = project.simulator
  const variables = { ...project.environment, DATABASE_URL: 'postgres://u:pa%24%24@localhost/db' }
  Object.assign(project.environment, variables)
  const found = await project.hubgen('init', '--hubspot', 'env', '--database', 'env')
  expect({ ...found, out: '' }).toEqual({ exitCode: 0, out: '', err: '' })
  expect(found.out).toContain('the token reads portal ')
  expect(found.out).not.toContain(token)
  expect(found.out).not.toContain('pa%24')
  expect(parseEnv(await project.read('.env'))).toEqual({
    HUBSPOT_API_TOKEN: token,
    HUBSPOT_API_URL: url,
    DATABASE_URL: 'postgres://u:pa%24%24@localhost/db',
  })
  expect(project.simulator.requests.total).toBe(1)
  const again = await project.hubgen('init', '--hubspot', 'env')
  expect(again.out).toContain(
    'exists    .env (not changed: set HUBSPOT_API_TOKEN, HUBSPOT_API_URL ',
  )
})

test('a token of a pipe is read to the end of the pipe, without its line break', async () => {
  const { token, url } = project.simulator
  const words = ['--conditions=hubgen-source', hubgenMain, 'init', '--hubspot', 'stdin']
  const env = plainEnvironment({ HUBSPOT_API_URL: url })
  const child = spawn(process.execPath, words, { cwd: project.directory, env })
  child.stdin.end(`${token}\n`)
  const [output] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(child.exitCode).toBe(0)
  expect(output).toContain('the token reads portal ')
  expect(output).not.toContain(token)
  expect(parseEnv(await project.read('.env'))).toMatchObject({ HUBSPOT_API_TOKEN: token })
})

test('a refused token writes nothing; one that cannot be checked is kept', async () => {
  project.environment['HUBSPOT_API_TOKEN'] = 'pat-na1-wrong'
  const refused = await project.hubgen('init', '--hubspot', 'env')
  expect(refused.exitCode).toBe(1)
  expect(refused.err).toContain('error[TOKEN_REJECTED]')
  expect(await readdir(project.directory)).toEqual([])
  project.environment['HUBSPOT_API_URL'] = 'http://127.0.0.1:1'
  const unchecked = await project.hubgen('init', '--hubspot', 'env')
  expect(unchecked.exitCode).toBe(0)
  expect(unchecked.out).toContain('the token was not checked: `127.0.0.1:1` cannot be reached')
  expect(await project.read('.env')).toContain('HUBSPOT_API_TOKEN=pat-na1-wrong\n')
})

test('what is not set in the environment is an error with a fix', async () => {
  delete project.environment['HUBSPOT_API_TOKEN']
  const noToken = await project.hubgen('init', '--hubspot', 'env')
  expect(noToken.err).toContain('error[TOKEN_MISSING]')
  const noDatabase = await project.hubgen('init', '--database', 'env')
  expect(noDatabase.err).toContain('error[DATABASE_SETTINGS_INCOMPLETE]')
  expect(noDatabase.err).toContain('fix: set DATABASE_URL')
  expect(await readdir(project.directory)).toEqual([])
})

test('in a pipe that nobody closes it ends', async () => {
  const { ended, output } = startHubgen(project.directory, ['init'])
  expect(await ended).toBe(0)
  expect(output()).toContain('next: set HUBSPOT_API_TOKEN in .env')
})

test('a token of the environment would overrule the simulator, and init says so', async () => {
  project.environment['HUBSPOT_API_TOKEN'] = 'pat-na1-mine'
  delete project.environment['HUBSPOT_API_URL']
  const { out } = await project.hubgen('init', '--hubspot', 'simulator')
  expect(out).toContain('.env (HUBSPOT_API_TOKEN of the environment takes precedence: unset it)')
})

test('the tsconfig.json of hubgen init compiles the configuration and generated code', async () => {
  const steps = [['init'], ['explore', 'deals', 'contacts'], ['generate', '--all']]
  for (const args of steps) expect((await project.hubgen(...args)).exitCode).toBe(0)
  await project.write('package.json', '{ "type": "module" }')
  const modules = join(project.directory, 'node_modules')
  await mkdir(modules)
  await symlink(repository, join(modules, 'hubgen'))
  for (const name of ['@types', 'kysely']) {
    await symlink(join(repository, 'node_modules', name), join(modules, name))
  }
  const tsconfig = join(project.directory, 'tsconfig.json')
  const compiled = compile(tsconfig, '--customConditions', 'hubgen-source')
  expect(compiled).toEqual({ status: 0, output: '' })
  await project.write('wrong.ts', `import { deals } from './generated/index.ts'\ndeals.x = 1\n`)
  expect(compile(tsconfig, '--customConditions', 'hubgen-source').output).toContain('wrong.ts(2')
})

test('any value comes back from .env as it was', () => {
  const values = ['plain', 'with # and space', `it's`, `both ' and "`, '$& $1', 'a=b', '']
  for (const value of values) {
    const filled = fillEnvironment(
      '# ONE=\nTWO=2\n',
      new Map([
        ['ONE', value],
        ['NEW', value],
      ]),
    )
    expect(parseEnv(filled)).toEqual({ ONE: value, TWO: '2', NEW: value })
  }
})

test('the configuration of hubgen init is one, and limits what --all explores', async () => {
  await project.hubgen('init')
  const { exitCode, out, err } = await project.hubgen('explore', '--all')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  expect(out).toContain('3 entities from portal')
})
