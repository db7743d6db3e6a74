import { spawn } from 'node:child_process'
import { symlink, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { compile } from '../support/compile.ts'
import { installCommands } from '../support/installed-commands.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { newProperty, openProject, type Project } from '../support/project.ts'

const repository = resolve(import.meta.dirname, '../..')
const deals = '0-3'
let project: Project
let database: TestDatabase
let environment: Record<string, string>
let purgedId: string

beforeAll(async () => {
  database = await createDatabase()
  project = await openProject({ records: { deals: 60 } })
  await project.write('package.json', '{ "type": "module" }')
  project.environment['DATABASE_URL'] = database.url
  environment = {
    ...project.environment,
    PATH: await installCommands(project.directory),
    NO_COLOR: '1',
  }
  await symlink(repository, join(project.directory, 'node_modules/hubgen'))
  await shell('npx hubgen explore deals\nnpx hubgen generate deals')
})

afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

/** Runs the lines of a block: hubgen without a process of its own, everything else in bash. */
async function shell(block: string): Promise<string> {
  let output = ''
  for (const line of block.trim().split('\n')) {
    const words = /^npx hubgen (.*)$/.exec(line)?.[1]?.split(' ')
    const ran = words === undefined ? await run(line) : await hubgen(words)
    expect({ line, ...ran }).toMatchObject({ line, exitCode: 0 })
    output += ran.output
  }
  return output
}

async function hubgen(words: readonly string[]) {
  const { exitCode, out, err } = await project.hubgen(...words)
  return { exitCode, output: out, errors: err }
}

/** The simulator answers in this process, so a command must not block it. Stops with Ctrl-C at a text. */
async function run(command: string, stopAt?: RegExp) {
  const child = spawn('bash', ['-c', command], {
    cwd: project.directory,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [output, errors] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (stopAt?.test(output)) child.kill('SIGINT')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const exitCode = await new Promise((done) => child.on('close', done))
  return { exitCode, output, errors }
}

async function blocksOf(language: string): Promise<readonly string[]> {
  const text = await project.read('generated/deals/README.md')
  const blocks = text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  return [...blocks].map(([, block = '']) => block)
}

test('every command of the document runs, in its order', async () => {
  let output = ''
  const [first = '', ...blocks] = await blocksOf('sh')
  expect(first).toContain('npx hubgen init\n')
  await shell(first)
  expect(blocks.length).toBeGreaterThan(8)
  for (const block of blocks) {
    if (block.includes('hubgen dashboard')) {
      const address = /http:\/\/localhost:\d+/
      const { output } = await run(`exec ${block.trim()} --port 0`, address)
      expect(output).toMatch(address)
    } else if (block.includes('hubgen erase')) {
      purgedId = await purgeOne()
      await shell(block.replace('<id>', purgedId))
    } else if (block.startsWith('psql') && (await run('command -v psql')).exitCode !== 0) {
      // Other tests run these files without psql.
    } else {
      output += await shell(block)
    }
  }
  expect(output).toMatch(/^✓ deals {2}\d+ new( {2}\d+ values set aside)? {2}\d+\.\d s$/m)
  expect(output).toMatch(/^✓ deals {2}no changes {2}\d+\.\d s$/m)
  const [erased] = await database.query('SELECT is_deleted FROM hubspot.deal WHERE id = $1', [
    purgedId,
  ])
  expect(erased).toEqual({ is_deleted: true })
})

/** A live record, which is then gone without a trace. */
async function purgeOne(): Promise<string> {
  const { store } = project.simulator
  const [record] = [...store.scan(deals, 0n, { archived: false })]
  if (record === undefined) throw new Error('there is no deal')
  store.archive(deals, record.id)
  store.purge(deals, record.id)
  await shell('npx hubgen sync deals')
  return record.id
}

test('the lines to review after a new property are its migration, a line, and a column with its comment', async () => {
  shell(
    'git add --all generated && git -c user.name=a -c user.email=a@example.com commit -qm before',
  )
  const { store } = project.simulator
  store.addProperty(deals, newProperty(project.simulator, deals, { name: 'renewal_risk' }))
  const adding = (await blocksOf('sh')).find((block) => block.includes('git diff generated')) ?? ''
  await shell(adding)
  const diff = await shell('git add --all generated && git diff --cached --numstat')
  const changes = new Map(
    diff
      .trim()
      .split('\n')
      .map((line) => line.split('\t'))
      .map(([lines = '', , path = '']) => [path, lines]),
  )
  expect([...changes.keys()].filter((path) => path.includes('/migrations/'))).toEqual([
    expect.stringMatching(/^generated\/migrations\/0002_deals_add_renewal_risk_\w+\.sql$/),
  ])
  expect(changes.get('generated/deals/properties.ts')).toBe('1')
  const lines = await shell('git diff --cached -U0 generated/deals/schema.sql')
  const added = lines.match(/^\+(?!\+|--).*/gm) ?? []
  expect(added).toEqual([
    expect.stringContaining('  property_renewal_risk '),
    expect.stringContaining('COMMENT ON COLUMN hubspot.deal.property_renewal_risk IS '),
  ])
  const [column] = await database.query(
    `SELECT count(*)::int AS columns FROM information_schema.columns
     WHERE table_name = 'deal' AND column_name = 'property_renewal_risk'`,
  )
  expect(column).toEqual({ columns: 1 })
})

test('its programs compile', async () => {
  const [sync = '', query = ''] = await blocksOf('ts')
  const kysely = `import { loadEnvironment, openDatabase, readDatabaseSettings } from 'hubgen/runtime'
import type { Database } from './generated/database.ts'
const opened = await openDatabase(readDatabaseSettings(loadEnvironment('.'), '.'))
const kysely = opened.kysely.withTables<Database>()
`
  await writeFile(join(project.directory, 'sync.ts'), `${sync}console.log(report.read)\n`)
  await writeFile(
    join(project.directory, 'query.ts'),
    `${kysely}${query}console.log(rows.length)\n`,
  )
  await symlink(
    join(repository, 'node_modules/@types'),
    join(project.directory, 'node_modules/@types'),
  )
  const settings = { extends: join(repository, 'tsconfig.json'), include: ['sync.ts', 'query.ts'] }
  await writeFile(join(project.directory, 'tsconfig.json'), JSON.stringify(settings))
  expect(compile(join(project.directory, 'tsconfig.json'))).toEqual({ status: 0, output: '' })
})
