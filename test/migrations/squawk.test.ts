import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { goldenDirectory } from '../support/golden.ts'
import { withoutMark } from '../support/migration-names.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const squawk = fileURLToPath(new URL('../../node_modules/.bin/squawk', import.meta.url))
const settings = fileURLToPath(new URL('../../templates/init/squawk.toml', import.meta.url))

interface Finding {
  readonly file: string
  readonly rule_name: string
}

let project: string

beforeAll(async () => {
  const folder = await temporaryDirectory()
  project = folder.path
  await copyFile(settings, join(project, '.squawk.toml'))
  return () => folder[Symbol.asyncDispose]()
})

/** The linter's findings in migrations, `file: rule`, with the settings that `hubgen init` writes. */
function lint(files: readonly string[], directory = project): readonly string[] {
  const paths = files.map((file) => join(goldenDirectory, file))
  const { stdout, stderr, error } = spawnSync(squawk, ['--reporter', 'json', ...paths], {
    cwd: directory,
    encoding: 'utf8',
  })
  if (error !== undefined) throw error
  expect(stderr).toBe('')
  const findings = JSON.parse(stdout) as readonly Finding[]
  return findings.map(({ file, rule_name }) => {
    const name = paths.indexOf(file)
    return `${withoutMark(files[name] ?? file)}: ${rule_name}`
  })
}

const files = [
  ...globSync('*/expected/migrations/*.sql', { cwd: goldenDirectory }),
  ...globSync('migrations/*/expected/*.sql', { cwd: goldenDirectory }),
].toSorted()
const alone = files.filter((file) =>
  readFileSync(`${goldenDirectory}/${file}`, 'utf8').includes('\n-- hubgen: no transaction\n'),
)

test('squawk finds nothing without any flag, except where --allow-destructive was given', () => {
  expect(files.length).toBeGreaterThan(20)
  expect(lint(files)).toEqual([
    'migrations/drop_column/expected/0002_deals_drop_closedate.sql: ban-drop-column',
    'migrations/drop_earlier_column/expected/0002_deals_drop_amount.sql: ban-drop-column',
    'migrations/drop_table/expected/0002_deals_drop_2_tables.sql: ban-drop-table',
    'migrations/drop_table/expected/0002_deals_drop_2_tables.sql: ban-drop-table',
  ])
})

test('what runs outside of a transaction answers two rules in the file', () => {
  expect(alone.length).toBeGreaterThan(1)
  for (const file of alone) {
    const sql = readFileSync(`${goldenDirectory}/${file}`, 'utf8')
    expect(sql.match(/squawk-ignore.*/g)).toEqual([
      'squawk-ignore-file require-lock-timeout, require-statement-timeout',
    ])
  }
})

test('squawk is awake: without the settings it has findings', async () => {
  await using elsewhere = await temporaryDirectory()
  const [creation = ''] = files
  expect(lint([creation], elsewhere.path)).toContain(
    `${withoutMark(creation)}: require-concurrent-index-creation`,
  )
})
