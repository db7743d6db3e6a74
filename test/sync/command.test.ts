import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { hubgenScripts } from '../support/hubgen-scripts.ts'
import { type NodeProcess, resultOf, startNode } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen, startHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let simulator: Simulator
let database: TestDatabase
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  simulator = await startTestSimulator({ records: { tickets: 350, tasks: 20 } })
  database = await createDatabase()
  directory = await temporaryDirectory()
  await writeFile(join(directory.path, 'package.json'), '{ "type": "module" }')
  for (const args of [['explore', 'tickets', 'tasks'], ['generate', '--all'], ['migrate']]) {
    expect((await run(...args)).exitCode).toBe(0)
  }
})

afterAll(async () => {
  await simulator.close()
  await database.close()
  await directory[Symbol.asyncDispose]()
})

function environment(): NodeJS.ProcessEnv {
  const { url, token } = simulator
  return { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token, DATABASE_URL: database.url }
}

function start(...args: readonly string[]): NodeProcess {
  return startHubgen(directory.path, args, environment())
}

const run = (...args: readonly string[]) => runHubgen(directory.path, args, environment())

async function count(table: string): Promise<number> {
  const [row] = await database.query<{ count: string }>(`SELECT count(*) FROM hubspot.${table}`)
  return Number(row?.count)
}

describe('hubgen sync', () => {
  it('syncs a few records of one entity, says what it did and what comes next', async () => {
    const { exitCode, output, errors } = await run('sync', 'tickets', '10')
    expect(errors).toBe('')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^✓ tickets {2}10 new {2}\d+\.\d s$/m)
    expect(output).toMatch(/^next: `hubgen sync tickets` reads all records$/m)
    expect(output).toMatch(/^ +`hubgen database` .* generated\/tickets\/queries\.sql$/m)
    expect(output.trimEnd().split('\n')).toHaveLength(4)
    expect(await count('ticket')).toBe(10)
  })

  it('syncs every generated entity, one after another, in a line each', async () => {
    const { exitCode, output } = await run('sync', '--all')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^✓ tasks {4}20 new {2}.*\d s$/m)
    expect(output).toMatch(/^✓ tickets {2}\d+ new {2}.*\d s$/m)
    expect(output).not.toMatch(/(?:^| )0 /m)
    expect(await count('ticket')).toBe(simulator.store.count('0-5'))
    expect(await count('task')).toBe(simulator.store.count('0-27'))
  })

  it('takes a singular name, another case and a type id', async () => {
    const { exitCode, output } = await run('sync', 'Ticket', '0-27', '5', '--json')
    expect(exitCode).toBe(0)
    const events = output
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const ends = events.filter(({ type }) => type === 'run_finished')
    expect(ends.map(({ report }) => [report.entity, report.read])).toEqual([
      ['tickets', 5],
      ['tasks', 5],
    ])
  })

  it('continues after an entity that fails, and shows that by its exit code', async () => {
    await database.query('TRUNCATE hubgen.pass')
    simulator.faults.add({ kind: 'empty_404', route: 'list', objectType: 'tickets' })
    const { exitCode, output, errors } = await run('sync', 'tickets', 'tasks')
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[HUBSPOT_NOT_FOUND]')
    expect(output).toMatch(/^tickets +failed/m)
    expect(output).toMatch(/^tasks +succeeded/m)
  })

  it('names in the table an entity that fails with a bug, too', async () => {
    const path = join(directory.path, 'generated/tasks/entity.ts')
    const text = await readFile(path, 'utf8')
    simulator.faults.clear()
    const broken =
      "Object.defineProperty(tasks, 'calculated', { get() { throw new TypeError('no') } })"
    await writeFile(path, `${text}\n${broken}\n`)
    const { exitCode, output, errors } = await run('sync', '--all')
    await writeFile(path, text)
    expect([exitCode, errors]).toEqual([70, expect.any(String)])
    expect(errors).toContain('This is a bug in hubgen.')
    expect(output).toMatch(/^✗ tasks {4}failed$/m)
    expect(output).toMatch(/^tasks +failed$/m)
    expect(output).toMatch(/^tickets +succeeded .*\d s$/m)
    expect(output).toMatch(/^next: `hubgen status tasks` shows the problem$/m)
  })

  it('has the target, every count, reasons, passes and the log with --verbose', async () => {
    const { exitCode, output } = await run('sync', 'tickets', '--verbose')
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^tickets: portal \d+ → hubspot\.ticket in .*; .*sync/m)
    expect(output).toMatch(/^ {2}[\d,]+ read, .*; \d+ API calls$/m)
    expect(output).toMatch(/^ {2}changed records +.*\d calls?, \d+\.\d s$/m)
    expect(output).toMatch(/^ {2}log: \.hubgen\/logs\/hubspot_tickets_sync_log_.*\.txt$/m)
  })

  it('names the quarantine where values were set aside', async () => {
    const { output } = await run('sync', 'tickets', '--full')
    expect(output).toMatch(/^✓ tickets {2}.*\d+ values set aside {2}\d+\.\d s$/m)
    expect(output).toMatch(/^next: `hubgen quarantine tickets` lists what was set aside$/m)
  })

  it('stops where the others would meet the same', async () => {
    simulator.faults.add({ kind: 'expired_401', route: 'account' })
    const { exitCode, output, errors } = await run('sync', 'tickets', 'tasks')
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[TOKEN_REJECTED]')
    expect(output).toMatch(/^tasks +not started$/m)
  })

  it('stops where the database has no space left', async () => {
    await database.query(`
      TRUNCATE hubgen.pass;
      CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE 'could not extend file' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER no_space BEFORE INSERT OR UPDATE ON hubspot.ticket
        FOR EACH STATEMENT EXECUTE FUNCTION no_space()`)
    const { exitCode, output, errors } = await run('sync', 'tickets', 'tasks', '--full')
    await database.query('DROP FUNCTION no_space() CASCADE')
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[DISK_FULL]')
    expect(output).toMatch(/^tasks +not started$/m)
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('finishes the batch in flight at %s', async (signal) => {
    await database.query('TRUNCATE hubspot.ticket, hubgen.pass')
    simulator.faults.add({ kind: 'hang', route: 'list', objectType: 'tickets', after: 2 })
    const running = start('sync', 'tickets', '--json')
    await running.says(/"read":200/)
    running.kill(signal)
    const { exitCode, output, errors } = await resultOf(running)
    simulator.faults.clear()
    expect(exitCode).toBe(130)
    expect(errors).toContain('Stopping after the current batch')
    expect(output).toContain('"outcome":"cancelled"')
    const [last] = await database.query('SELECT outcome FROM hubgen.run ORDER BY id DESC LIMIT 1')
    expect(last).toEqual({ outcome: 'cancelled' })
  })

  it.each([
    [['tickets', '10x'], 'LIMIT_INVALID', '`10x`'],
    [['tickets', '-5'], 'LIMIT_INVALID', '`-5`'],
    [['tickets', '0'], 'LIMIT_INVALID', '`0`'],
    [['tickets', '1.5'], 'LIMIT_INVALID', '`1.5`'],
    [['tickets', 'ten'], 'UNKNOWN_ENTITY', 'a limit is a whole number'],
    [['tickts'], 'UNKNOWN_ENTITY', 'did you mean `tickets`?'],
    [['deals'], 'GENERATED_MISSING', '`hubgen explore deals`, then `hubgen generate deals`'],
    [['tickets', '10', '--full'], 'USAGE', 'the limit 10 and `--full` exclude each other'],
    [['tickets', '--since', '1d', '--full'], 'USAGE', '`--full` and `--since` exclude each other'],
    [['tickets', '--since', 'yesterday'], 'SINCE_INVALID', '`yesterday` is not a time'],
    [['tickets', '--since', '2999-01-01'], 'SINCE_INVALID', 'is in the future'],
    [['tickets', '--log-level', 'wran'], 'USAGE', 'did you mean `warn`?'],
    [['tickets', '--log-level', '9'], 'USAGE', '`error`, `warn`, `info`, `debug`, found `9`'],
    [[], 'USAGE', 'which entity?'],
    [['--all', 'tickets'], 'USAGE', '`--all` takes no entities'],
  ])('refuses %j with %s', async (args, code, words) => {
    const { exitCode, errors } = await run('sync', ...args)
    expect(exitCode).toBe(1)
    expect(errors).toContain(`error[${code}]`)
    expect(errors).toContain(words)
  })

  it('says how to get a token, and starts no database for it', async () => {
    const { exitCode, output, errors } = await runHubgen(directory.path, ['sync', 'tickets'])
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[TOKEN_MISSING]')
    expect(errors).toContain('service key')
    expect(errors).toContain(`there is no ${join(directory.path, '.env')}`)
    expect(output).toBe('')
  })

  it('refuses a module that was broken by hand', async () => {
    const path = join(directory.path, 'generated/tasks/entity.ts')
    const text = await readFile(path, 'utf8')
    await writeFile(path, `${text}\nexport const = 1\n`)
    const { exitCode, errors } = await run('sync', 'tasks')
    await writeFile(path, text)
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[GENERATED_UNUSABLE]')
    expect(errors).toContain('generated/tasks/entity.ts')
  })

  it('asks for modules of this version where an earlier one generated', async () => {
    const folder = join(directory.path, 'generated/tasks')
    await rename(join(folder, 'entity.ts'), join(folder, 'sync.ts'))
    const { exitCode, errors } = await run('sync', 'tasks')
    await rename(join(folder, 'sync.ts'), join(folder, 'entity.ts'))
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[GENERATED_OUTDATED]')
    expect(errors).toContain('fix: `hubgen generate --all`')
  })

  it('says nothing secret, whatever happens', async () => {
    const logs = join(directory.path, '.hubgen/logs')
    const names = await readdir(logs)
    const texts = await Promise.all(names.map((name) => readFile(join(logs, name), 'utf8')))
    expect(texts.length).toBeGreaterThan(10)
    for (const text of texts) {
      expect(text).not.toContain(simulator.token)
      expect(text).not.toContain(database.url)
    }
  })
})

describe('a program that imports generated modules', () => {
  const packages = () => join(directory.path, 'node_modules')

  beforeAll(async () => {
    await mkdir(packages())
    await symlink(hubgenScripts.package, join(packages(), 'hubgen'))
  })

  afterAll(() => rm(packages(), { recursive: true }))

  it('syncs an entity and has a report, with the settings of `.env`', async () => {
    const path = join(directory.path, '.env')
    const lines = Object.entries(environment()).map(([name, value]) => `${name}=${value}`)
    await writeFile(path, lines.join('\n'))
    const code =
      "import { syncEntity } from 'hubgen/runtime';" +
      "import { tickets } from './generated/tickets/entity.ts';" +
      'const { outcome, read } = await syncEntity(tickets, { limit: 5 }); console.log(outcome, read)'
    const running = startNode(directory.path, ['--input-type=module', '-e', code], {})
    const ended = await resultOf(running)
    await rm(path)
    expect(ended).toEqual({ exitCode: 0, output: 'succeeded 5\n', errors: '' })
  })

  it('is quiet when it only imports', async () => {
    const code =
      "const { tickets } = await import('./generated/tickets/entity.ts'); console.log(tickets.table)"
    const running = startNode(directory.path, ['--input-type=module', '-e', code], environment())
    expect(await resultOf(running)).toEqual({ exitCode: 0, output: 'hubspot.ticket\n', errors: '' })
  })
})
