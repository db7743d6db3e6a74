import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { hubgenScripts } from '../support/hubgen-scripts.ts'
import { type NodeResult, plainEnvironment } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'
import { openCommandRunner } from '../support/run-command.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { deals: 30 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  const steps = [['explore', 'deals'], ['generate', 'deals'], ['migrate'], ['sync', 'deals']]
  for (const args of steps) {
    const { exitCode, err } = await project.hubgen(...args)
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  }
  const run = (...[program = '', ...args]: readonly string[]) =>
    execFileSync(program, args, { cwd: project.directory })
  run('rm', '-r', '.hubgen')
  // A change for `explore` and `diff`.
  await project.write('hubgen.config.mjs', `export default { exclude: { deals: ['hs_arr'] } }\n`)
  run('git', 'init', '--quiet')
  run('git', 'add', '--all')
  run('git', '-c', 'user.name=t', '-c', 'user.email=t@t', 'commit', '--quiet', '--message=all')
  run('chmod', '-R', 'a+rX,a-w', '.')
})
afterAll(async () => {
  await runner[Symbol.asyncDispose]()
  execFileSync('chmod', ['-R', 'u+w', project.directory])
  await project[Symbol.asyncDispose]()
  await database.close()
})

/** Root may write anywhere, so root's commands run as another user. */
const identity = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Git uses no repository of another user without this setting. */
const trustedByGit = {
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: 'safe.directory',
  GIT_CONFIG_VALUE_0: '*',
}

const runner = openCommandRunner({
  ...hubgenScripts,
  execArgv: ['--conditions=hubgen-source'],
  ...identity,
})

function hubgen(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<NodeResult> {
  const variables = plainEnvironment({ ...project.environment, ...environment })
  return runner.run({ directory: project.directory, args, environment: variables })
}

test.each([
  ['init', 1],
  ['explore deals', 1],
  ['explore contacts', 1],
  ['report deals', 1],
  ['diff deals --commit', 2],
])('hubgen %s in a folder that may not be written is an error with a fix', async (args, code) => {
  const { exitCode, errors } = await hubgen(args.split(' '), trustedByGit)
  expect(errors).toContain('error[FILE_UNWRITABLE]: files cannot be written here (EACCES)\n  at   ')
  expect(errors).toContain('\n  fix: check the permissions of the folder')
  expect(exitCode).toBe(code)
})

test.each(['migrate', 'sync deals', 'verify deals', 'database', 'dashboard', 'replay deals'])(
  'hubgen %s cannot set up the embedded Postgres there',
  async (args) => {
    const { errors } = await hubgen(args.split(' '), { DATABASE_URL: '' })
    expect(errors).toMatch(
      /^error\[FILE_UNWRITABLE\]: the embedded Postgres cannot write its files \(EACCES\)\n {2}at {3}/,
    )
    expect(errors).toContain('or set DATABASE_URL')
  },
)

test('a sync into another database needs no files', async () => {
  const { exitCode, output, errors } = await hubgen(['sync', 'deals'], {})
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
  expect(output.match(/notice\[LOG_WRITE_FAILED\]/g)).toHaveLength(1)
  const quiet = await hubgen(['sync', 'deals'], { HUBGEN_LOGS: 'off' })
  expect(quiet.output).not.toContain('notice[')
})

test.skipIf(identity.uid === undefined)(
  'a repository of another user is named as that',
  async () => {
    const { errors } = await hubgen(['diff', 'deals', '--commit'], {})
    expect(errors).toContain('error[GIT_FAILED]')
    expect(errors).toContain('dubious ownership')
  },
)
