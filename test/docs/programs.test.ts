import { readFileSync } from 'node:fs'
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { compile } from '../support/compile.ts'
import { resultOf, startNode } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const repository = resolve(import.meta.dirname, '../..')
const document = readFileSync(join(repository, 'docs/programs.md'), 'utf8')
const programs = [...document.matchAll(/^```ts (\S+)\n(.*?)^```$/gms)].map(
  ([, name = '', text = '']) => ({ name, text }),
)

let simulator: Simulator
let database: TestDatabase
let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  const records = { deals: 60, contacts: 40, companies: 20 }
  simulator = await startTestSimulator({ records })
  database = await createDatabase()
  directory = await temporaryDirectory()
  const { path } = directory
  await mkdir(join(path, 'node_modules'))
  await symlink(repository, join(path, 'node_modules/hubgen'))
  await symlink(join(repository, 'node_modules/@types'), join(path, 'node_modules/@types'))
  await cp(join(repository, 'generated'), join(path, 'generated'), { recursive: true })
  await writeFile(join(path, 'package.json'), '{ "type": "module" }')
  for (const { name, text } of programs) await writeFile(join(path, name), text)
})

afterAll(async () => {
  await simulator.close()
  await database.close()
  await directory[Symbol.asyncDispose]()
})

function run(program: string) {
  const { url, token } = simulator
  const environment = { HUBSPOT_API_URL: url, HUBSPOT_API_TOKEN: token, DATABASE_URL: database.url }
  return resultOf(startNode(directory.path, [program], environment))
}

test('every program of the document compiles', async () => {
  expect(programs.map(({ name }) => name)).toEqual(['sync-all.ts', 'first-copy.ts', 'watch.ts'])
  const project = join(directory.path, 'tsconfig.json')
  const settings = { extends: join(repository, 'tsconfig.json'), include: ['*.ts'] }
  await writeFile(project, JSON.stringify(settings))
  expect(compile(project)).toEqual({ status: 0, output: '' })
})

test('they create the tables, sync, verify, watch and query', async () => {
  const first = await run('first-copy.ts')
  expect(first.errors).toBe('')
  expect(first.output).toMatch(/^\d+ migrations applied\nabout \d+ API calls for 59 records\n/)
  expect(first.output).toContain('records: 59 read\n')
  expect(first.output).toMatch(/\n59 records compared, 0 differ\n$/)

  const all = await run('sync-all.ts')
  expect(all.errors).toBe('')
  expect(all.output).toContain('deals: succeeded, 0 new, 0 changed\n')
  expect(all.output.trimEnd().split('\n')).toHaveLength(12)

  const watch = await run('watch.ts')
  expect(watch.output).toMatch(/^\d+ open deals, \d+ checks\n$/)
  expect(watch.errors).not.toContain('deals is ')
})

test('a watcher of a copy that was never filled says so and exits with 1', async () => {
  await database.query('TRUNCATE hubgen.run CASCADE')
  const watch = await run('watch.ts')
  expect(watch.exitCode).toBe(1)
  expect(watch.errors).toContain('deals is never\n')
})
