import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let root: string
let environment: Record<string, string>

/** Writes down the environment of each command that reads it. */
const config = `import { writeFileSync } from 'node:fs'
  writeFileSync('environment.json', JSON.stringify(process.env))
  export default {}`

const portals = {
  acme: { portalId: 1, tokenFrom: 'ACME_TOKEN', databaseFrom: 'ACME_DATABASE_URL' },
  globex: {
    portalId: 991,
    oauth: { app: 'agency', refreshTokenFrom: 'GLOBEX_REFRESH' },
    databaseFrom: 'globex-database',
    generated: 'shared',
  },
}

beforeEach(async () => {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory[Symbol.asyncDispose]())
  root = directory.path
  environment = {
    ACME_TOKEN: 'token-of-acme',
    ACME_DATABASE_URL: 'postgres://a:secret-a@127.0.0.1:1/acme',
    HUBGEN_QUEUE_URL: 'postgres://q:secret-q@127.0.0.1:1/queue',
    HUBSPOT_API_TOKEN: 'token-of-nobody',
    HS_ID: 'the-id',
    HS_SECRET: 'the-secret',
    SHARED_SETTING: 'shared',
  }
  await writePortals({ portals })
  await write('secrets/globex-database', 'postgres://g:secret-g@127.0.0.1:1/globex\n')
  await write('.env', 'GLOBEX_REFRESH=refresh-of-globex\nHUBGEN_LOGS=off\nSETTING=of-all\n')
  await write('portals/acme/.env', 'NEON_HOST=evil.example.com\nSETTING=of-acme\n')
  await write('portals/acme/hubgen.config.ts', config)
  await write('portals/globex/hubgen.config.ts', config)
})

async function writePortals(change: object): Promise<void> {
  const apps = { agency: { clientIdFrom: 'HS_ID', clientSecretFrom: 'HS_SECRET' } }
  const all = { apps, secrets: 'secrets', queueFrom: 'HUBGEN_QUEUE_URL', ...change }
  const text = `import { definePortals } from 'hubgen/config'
    export default definePortals(${JSON.stringify(all)})`
  await write('hubgen.portals.ts', text)
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

function hubgen(...args: readonly string[]) {
  return runHubgen(root, args, environment)
}

async function environmentOf(portal: string): Promise<Record<string, string>> {
  return JSON.parse(await readFile(join(root, 'portals', portal, 'environment.json'), 'utf8'))
}

const status = ['status', '--json'] as const

describe('hubgen --portal', () => {
  test('runs in the folder of the portal, with its secrets alone', async () => {
    // `status` fails, because nothing is generated yet; it has read its settings by then.
    expect(await hubgen('--portal', 'acme', ...status)).toMatchObject({ exitCode: 2 })
    const found = await environmentOf('acme')
    expect(found).toMatchObject({
      DATABASE_URL: 'postgres://a:secret-a@127.0.0.1:1/acme',
      HUBSPOT_API_TOKEN: '',
      HUBGEN_PORTAL_ID: '1',
      NEON_HOST: '',
      SHARED_SETTING: 'shared',
      SETTING: 'of-acme',
      HUBGEN_LOGS: 'off',
    })
    for (const name of ['ACME_TOKEN', 'ACME_DATABASE_URL', 'HUBGEN_QUEUE_URL', 'HS_SECRET']) {
      expect(found).not.toHaveProperty(name)
    }
    expect(JSON.stringify(found)).not.toMatch(/token-of|secret-g|secret-q|the-secret|refresh-of/)
  })

  test('is found from a folder below, and the database of another portal is refused there', async () => {
    const below = join(root, 'portals/acme')
    const opened = await runHubgen(below, ['database', '--json', '--portal=acme'], environment)
    expect(opened.errors).toContain('127.0.0.1')
    environment['ACME_DATABASE_URL'] = 'postgres://other@localhost:1/globex'
    const shared = await runHubgen(below, [...status, '--portal', 'acme'], environment)
    expect(shared).toMatchObject({ exitCode: 2 })
    expect(shared.errors).toContain(
      'error[DATABASE_SHARED]: the portals `acme`, `globex` have one database and schema (`hubspot`)',
    )
    expect(shared.errors).not.toMatch(/postgres:|localhost|127\.0\.0\.1/)
    await write('portals/acme/hubgen.config.ts', `${config.replace('{}', "{ schema: 'acme' }")}`)
    const apart = await runHubgen(below, [...status, '--portal', 'acme'], environment)
    expect(apart.errors).not.toContain('DATABASE_SHARED')
  })

  test('gives an OAuth portal a new access token, and names what HubSpot refuses', async () => {
    const oauth = {
      clientId: 'the-id',
      clientSecret: 'the-secret',
      refreshToken: 'refresh-of-globex',
    }
    await using simulator = await startTestSimulator({ oauth, portalId: 992 })
    environment['HUBSPOT_API_URL'] = simulator.url
    const explored = await hubgen('explore', 'deals', '--portal', 'globex')
    // The token works, but the file names another portal.
    expect(explored.errors).toContain(
      'error[PORTAL_MISMATCH]: hubgen.portals.ts names portal `991`, but the token reads portal `992`',
    )
    expect(await environmentOf('globex')).toMatchObject({
      HUBSPOT_API_TOKEN: 'simulated-access-token-1',
      DATABASE_URL: 'postgres://g:secret-g@127.0.0.1:1/globex',
    })
    simulator.oauth?.changeRefreshToken('another')
    const changed = await hubgen('explore', 'deals', '--portal', 'globex')
    expect(changed.errors).toContain('notice[REFRESH_TOKEN_CHANGED]')
    simulator.oauth?.revoke()
    const revoked = await hubgen('explore', 'deals', '--portal', 'globex')
    expect(revoked).toMatchObject({ exitCode: 1, output: '' })
    expect(revoked.errors).toContain('error[INSTALLATION_REVOKED]')
    // A command that calls nobody still works.
    expect((await hubgen(...status, '--portal', 'globex')).errors).toContain('GENERATED_MISSING')
    expect(`${explored.errors}${changed.errors}${revoked.errors}`).not.toMatch(
      /refresh-of|another$/m,
    )
  })

  test.each([
    [
      ['--portal', 'amce'],
      'error[UNKNOWN_PORTAL]: there is no portal "amce"',
      'did you mean `acme`?',
    ],
    [
      ['--portal', '../x'],
      'error[UNKNOWN_PORTAL]: there is no portal "../x"',
      'use one of acme, globex',
    ],
    [['--portal', 'a\u202eb'], 'there is no portal "a\\u202eb"', 'use one of'],
    [
      ['--portal'],
      'error[USAGE]: `--portal` needs the name of a portal',
      'hubgen status --portal acme',
    ],
    [
      ['--portal', 'acme', '--portal=globex'],
      'error[USAGE]: `--portal` is given twice',
      'name one portal',
    ],
  ])('%j is refused', async (args, message, fix) => {
    const { exitCode, errors } = await hubgen('status', ...args)
    expect(exitCode).toBe(2)
    expect(errors).toContain(message)
    expect(errors).toContain(fix)
  })

  test('names a secret that is missing, and a folder', async () => {
    delete environment['ACME_TOKEN']
    const missing = await hubgen('sync', 'deals', '--portal', 'acme')
    expect(missing).toMatchObject({ exitCode: 1 })
    expect(missing.errors).toContain(
      'error[SECRET_MISSING]: ACME_TOKEN is not set: the token of `acme`',
    )
    expect(missing.errors).toContain(`or write it into \`${join(root, 'secrets/ACME_TOKEN')}\``)
    const folder = { ...portals.acme, folder: 'elsewhere' }
    await writePortals({ portals: { acme: folder } })
    const none = await hubgen(...status, '--portal', 'acme')
    expect(none.errors).toContain('the portal `acme` has no folder yet')
  })

  test('`doctor` names each secret that is missing, and databases that are one', async () => {
    const away = await hubgen('doctor')
    expect(away.exitCode).toBe(1)
    expect(away.output).toContain('ok    7 secrets found')
    expect(away.output).toContain('FAIL  no Postgres answers at')
    expect(away.output).toContain('fix: check HUBGEN_QUEUE_URL')
    await writePortals({ portals, queueFrom: undefined })
    const ok = await hubgen('doctor', '--json')
    expect(ok.exitCode).toBe(0)
    expect(ok.output).toContain('"6 secrets found"')
    delete environment['HS_SECRET']
    environment['ACME_DATABASE_URL'] = 'postgres://other@LOCALHOST:1/globex'
    const { exitCode, output } = await hubgen('doctor')
    expect(exitCode).toBe(1)
    expect(output).toContain('FAIL  HS_SECRET is not set: needed for `globex`')
    expect(output).toContain('FAIL  the portals `acme`, `globex` have one database and schema')
    expect(output).not.toContain('postgres:')
    await write('hubgen.portals.ts', 'export default {')
    expect((await hubgen('doctor')).output).toContain('FAIL  the configuration cannot be loaded')
  })

  test.each([
    [['status', '--portals', 'acme'], 2, '`--portals` takes `all`'],
    [
      ['check', '--portals', 'all', '--canary', 'acme'],
      2,
      'only `hubgen migrate` takes `--canary`',
    ],
    [['migrate', '--portals', 'all', '--canary', 'x'], 1, 'there is no portal "x"'],
    [['status', '--portals', 'all', '--portal', 'acme'], 2, 'exclude each other'],
    [['sync', '--portals', 'all'], 1, 'has no option `--portals`'],
  ])('%j is refused', async (args, code, message) => {
    const { exitCode, errors } = await hubgen(...args)
    expect(exitCode).toBe(code)
    expect(errors).toContain(message)
  })

  test('`--portals all` runs the others when one fails, and gives the worst exit code', async () => {
    delete environment['ACME_DATABASE_URL']
    const { exitCode, output } = await hubgen(...status, '--portals', 'all')
    expect(exitCode).toBe(2)
    const found = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(found).toMatchObject([
      {
        portal: 'acme',
        exitCode: 2,
        output: [],
        failure: expect.stringContaining('SECRET_MISSING'),
      },
      { portal: 'globex', exitCode: 2, failure: expect.stringContaining('GENERATED_MISSING') },
    ])
  })

  test('`doctor --portals all` begins with the file and its queue', async () => {
    environment['HUBSPOT_API_URL'] = 'http://127.0.0.1:1'
    const { exitCode, output } = await hubgen('doctor', '--json', '--portals', 'all')
    expect(exitCode).toBeGreaterThan(0)
    const [file, ...others] = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(file).toMatchObject({ portal: null, exitCode: 1 })
    expect(file.output).toContainEqual(
      expect.objectContaining({ event: 'finding', check: 'queue', state: 'failed' }),
    )
    expect(others.map(({ portal }) => portal)).toEqual(['acme', 'globex'])
    const { output: text } = await hubgen('doctor', '--portals', 'all')
    expect(text).toContain('FAIL  no Postgres answers at')
    expect(text).toMatch(/^hubgen.portals.ts +exit 1$/m)
  })

  test('names the secret whose text is no URL, and not its text', async () => {
    environment['ACME_DATABASE_URL'] = 'postgres://user:p@ss@db.example.com/acme'
    const { exitCode, errors } = await hubgen(...status, '--portal', 'acme')
    expect(exitCode).toBe(2)
    expect(errors).toContain('error[DATABASE_SETTINGS_INVALID]: ACME_DATABASE_URL has an `@`')
    expect(errors).not.toMatch(/p@ss|example|NEON/)
  })

  const standard = /NEON_|DATABASE_URL\b(?<!ACME_DATABASE_URL)|HUBSPOT_API_TOKEN/

  test('names the variables of the portals file when a database or HubSpot refuses', async () => {
    await using simulator = await startTestSimulator()
    environment['HUBSPOT_API_URL'] = simulator.url
    const away = await hubgen('database', '--portal', 'acme')
    expect(away.errors).toContain('error[DATABASE_UNREACHABLE]')
    expect(away.errors).toContain('fix: check ACME_DATABASE_URL, the network')
    const rejected = await hubgen('explore', 'deals', '--portal', 'acme')
    expect(rejected.errors).toContain(
      'error[TOKEN_REJECTED]: HubSpot does not accept the token in ACME_TOKEN',
    )
    expect(rejected.errors).toMatch(/fix: create a service key .* store it as\s+ACME_TOKEN/s)
    const queue = await hubgen('portals')
    expect(queue.errors).toContain('fix: check HUBGEN_QUEUE_URL, the network')
    for (const { errors } of [away, rejected, queue]) expect(errors).not.toMatch(standard)
  })

  test.each(['worker', 'portals'])(
    'is not for `%s`, which concerns all portals',
    async (command) => {
      const { exitCode, errors } = await hubgen(command, '--portal', 'acme')
      expect(exitCode).toBe(1)
      expect(errors).toContain('concerns all portals, not one')
    },
  )

  test('needs no `init`, which would write the secrets into a file', async () => {
    const { exitCode, errors } = await hubgen('init', '--portal', 'acme')
    expect(exitCode).toBe(1)
    expect(errors).toContain('a portal of hubgen.portals.ts needs no `hubgen init`')
  })

  test('needs a portals file', async () => {
    await using elsewhere = await temporaryDirectory()
    const { errors } = await runHubgen(elsewhere.path, [...status, '--portal', 'acme'], environment)
    expect(errors).toContain('error[PORTALS_FILE_MISSING]')
  })

  test('answers help without a file', async () => {
    await using elsewhere = await temporaryDirectory()
    const { exitCode, output } = await runHubgen(elsewhere.path, [
      'sync',
      '--portal',
      'x',
      '--help',
    ])
    expect(exitCode).toBe(0)
    expect(output.match(/--portal\b/g)).toHaveLength(1)
  })
})

describe('the process of a portal', () => {
  const simulate = ['simulate', '--json', '--port', '0', '--portal', 'acme']

  test('gets the signals of its parent, and gives it its exit code', async () => {
    const running = startHubgen(root, simulate, environment)
    await running.says(/started/)
    running.kill('SIGTERM')
    expect(await running.ended).toBe(0)
    expect(running.output()).toContain('"stopped"')
  })

  test('stops with `migrate --portals all`, which then has not failed', async () => {
    // Its database is compared with that of the other portal, which reads both configurations.
    environment['ACME_DATABASE_URL'] = 'postgres://a@127.0.0.1:1/globex'
    const waits = `import { existsSync, writeFileSync } from 'node:fs'
      writeFileSync('reading', '')
      while (!existsSync('continue')) await new Promise((resolve) => setTimeout(resolve, 50))
      // A busy machine may see the file before it handles the signal.
      await new Promise((resolve) => setImmediate(resolve))
      export default {}`
    await write('portals/acme/hubgen.config.ts', waits)
    const args = ['migrate', '--portals', 'all', '--canary', 'acme']
    const running = startHubgen(root, args, environment)
    await expect.poll(() => existsSync(join(root, 'reading')), { timeout: 20_000 }).toBe(true)
    running.kill('SIGTERM')
    await write('continue', '')
    expect(await running.ended).toBe(130)
    expect(running.output()).toMatch(/^not done {3}acme, globex$/m)
    expect(running.output()).toContain('migrate --portals all --canary acme, which continues')
  })

  test('leaves no file behind when `--portals all` is killed', async () => {
    const temporary = join(root, 'temporary')
    await mkdir(temporary)
    environment['TMPDIR'] = temporary
    const waits = `import { writeFileSync } from 'node:fs'
      writeFileSync('reading', '')
      await new Promise((resolve) => setTimeout(resolve, 60_000))
      export default {}`
    await write('portals/acme/hubgen.config.ts', waits)
    const running = startHubgen(root, [...status, '--portals', 'all'], environment)
    await expect
      .poll(() => existsSync(join(root, 'portals/acme/reading')), { timeout: 20_000 })
      .toBe(true)
    expect(await readdir(temporary)).toEqual([])
    running.kill('SIGKILL')
    await running.ended
    expect(await readdir(temporary)).toEqual([])
  })

  test('stops when its parent is killed', async () => {
    const running = startHubgen(root, simulate, environment)
    await running.says(/started/)
    running.kill('SIGKILL')
    // Ends only when the child has closed the output, too.
    await running.ended
    expect(running.output()).toContain('"stopped"')
  })
})
