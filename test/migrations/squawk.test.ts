import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { goldenDirectory } from '../support/golden.ts'
import { withoutMark } from '../support/migration-names.ts'

const squawk = fileURLToPath(new URL('../../node_modules/.bin/squawk', import.meta.url))

interface Finding {
  readonly file: string
  readonly rule_name: string
}

/** The linter's findings in migrations, `file: rule`; hubgen runs most files in a transaction. */
function lint(files: readonly string[], ...options: readonly string[]): readonly string[] {
  const { stdout, stderr, error } = spawnSync(
    squawk,
    // Display orders and association types are not generated keys.
    [
      '--reporter',
      'json',
      '--pg-version',
      '15',
      '--exclude',
      'prefer-bigint-over-int',
      ...options,
      ...files,
    ],
    { cwd: goldenDirectory, encoding: 'utf8' },
  )
  if (error !== undefined) throw error
  expect(stderr).toBe('')
  const findings = JSON.parse(stdout) as readonly Finding[]
  return findings.map(({ file, rule_name }) => `${withoutMark(file)}: ${rule_name}`)
}

const files = [
  ...globSync('*/expected/migrations/*.sql', { cwd: goldenDirectory }),
  ...globSync('migrations/*/expected/*.sql', { cwd: goldenDirectory }),
].toSorted()
const alone = files.filter((file) =>
  readFileSync(`${goldenDirectory}/${file}`, 'utf8').includes('\n-- hubgen: no transaction\n'),
)
const together = files.filter((file) => !alone.includes(file))

test('squawk finds nothing in what runs in a transaction, except where --allow-destructive was given', () => {
  expect(together.length).toBeGreaterThan(20)
  expect(lint(together, '--assume-in-transaction')).toEqual([
    'migrations/drop_column/expected/0002_deals_drop_closedate.sql: ban-drop-column',
    'migrations/drop_earlier_column/expected/0002_deals_drop_amount.sql: ban-drop-column',
    'migrations/drop_table/expected/0002_deals_drop_2_tables.sql: ban-drop-table',
    'migrations/drop_table/expected/0002_deals_drop_2_tables.sql: ban-drop-table',
  ])
})

test('squawk finds nothing in what runs outside of a transaction; two rules are answered there', () => {
  expect(alone.length).toBeGreaterThan(1)
  expect(lint(alone)).toEqual([])
  for (const file of alone) {
    const sql = readFileSync(`${goldenDirectory}/${file}`, 'utf8')
    expect(sql.match(/squawk-ignore.*/g)).toEqual([
      'squawk-ignore-file require-lock-timeout, require-statement-timeout',
    ])
  }
})

test('squawk is awake', () => {
  const [creation = ''] = together
  expect(lint([creation])).toContain(`${withoutMark(creation)}: require-concurrent-index-creation`)
})
