import {
  copyFileSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { migrationCaseDirectory } from '../support/migration-cases.ts'
import { markedName, withoutMark } from '../support/migration-names.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let folder: string

beforeEach(async () => {
  const directory = await temporaryDirectory()
  folder = directory.path
  return () => directory[Symbol.asyncDispose]()
})

const generate = (...args: readonly string[]) => runHubgen(folder, ['generate', ...args])
const migrationsFolder = () => join(folder, 'generated', 'migrations')
const migrationFiles = () => globSync('*', { cwd: migrationsFolder() }).toSorted()
const migrations = () => migrationFiles().map(withoutMark)
const migrationPath = (name: string) => join(migrationsFolder(), markedName(migrationFiles(), name))
const readMigration = (name: string) => readFileSync(migrationPath(name), 'utf8')

/** Writes an analysis of a case as `explore` would. */
function explored(name: string, file: 'before' | 'after'): void {
  mkdirSync(join(folder, 'generated', 'deals'), { recursive: true })
  const source = join(migrationCaseDirectory, name, `${file}.json`)
  copyFileSync(source, join(folder, 'generated', 'deals', 'analysis.json'))
}

function editAnalysis(edit: (text: string) => string): void {
  const path = join(folder, 'generated', 'deals', 'analysis.json')
  writeFileSync(path, edit(readFileSync(path, 'utf8')))
}

describe('a later analysis', () => {
  test('appends a migration, once, and never rewrites one', async () => {
    explored('property_added', 'before')
    await generate('deals')
    expect(migrations()).toEqual(['0001_deals_create.sql'])
    const creation = readMigration('0001_deals_create.sql')
    explored('property_added', 'after')
    expect((await generate('--check')).errors).toContain('1 missing, ')
    expect((await generate('deals')).output).toMatch(
      /migrations\/ 0002_deals_add_renewal_risk_[0-9a-f]{8}\.sql/,
    )
    expect(readMigration('0001_deals_create.sql')).toBe(creation)
    expect(await generate('--check')).toMatchObject({ exitCode: 0 })
    expect((await generate('deals')).output).toContain('written 0, ')
    expect(migrations()).toEqual(['0001_deals_create.sql', '0002_deals_add_renewal_risk.sql'])
  })

  test('writes one migration again when those that nobody applied were deleted', async () => {
    explored('property_added', 'before')
    await generate('deals')
    explored('property_added', 'after')
    await generate('deals')
    editAnalysis((text) => text.replace('"Renewal risk"', '"Risk of renewal"'))
    await generate('deals')
    expect(migrations()).toHaveLength(3)
    for (const name of migrationFiles().slice(1)) rmSync(join(migrationsFolder(), name))
    await generate('deals')
    expect(migrations()).toEqual(['0001_deals_create.sql', '0002_deals_add_renewal_risk.sql'])
    expect(readMigration('0002_deals_add_renewal_risk.sql')).toContain('Risk of renewal')
    expect(await generate('--check')).toMatchObject({ exitCode: 0 })
  })

  test("somebody's own migration keeps its number and is not read", async () => {
    explored('property_added', 'before')
    await generate('deals')
    const mine =
      'ALTER TABLE hubspot.deal\n  ADD COLUMN IF NOT EXISTS property_renewal_risk text;\n'
    writeFileSync(join(migrationsFolder(), '0002_mine.sql'), mine)
    explored('property_added', 'after')
    await generate('deals')
    expect(migrations()).toEqual([
      '0001_deals_create.sql',
      '0002_mine.sql',
      '0003_deals_add_renewal_risk.sql',
    ])
    expect(readMigration('0002_mine.sql')).toBe(mine)
  })

  test('a migration that was edited counts as it stands', async () => {
    explored('property_added', 'before')
    await generate('deals')
    const path = migrationPath('0001_deals_create.sql')
    const edited = readFileSync(path, 'utf8').replace(/^CREATE INDEX .*dealname.*\n/m, '')
    writeFileSync(path, edited)
    await generate('deals')
    expect(readMigration('0001_deals_create.sql')).toBe(edited)
    expect(migrations()).toEqual(['0001_deals_create.sql', '0002_deals_add_index_dealname.sql'])
  })
})

test('a table from before there was an index of deleted rows gets it, without holding anybody up', async () => {
  explored('property_added', 'before')
  await generate('deals')
  const path = migrationPath('0001_deals_create.sql')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/^CREATE INDEX .* WHERE .*\n/m, ''))
  await generate('deals')
  expect(readMigration('0002_deals_add_index_deleted.sql')).toContain(
    'CREATE INDEX CONCURRENTLY IF NOT EXISTS idx_hubspot_deals_deleted ON hubspot.deal USING btree (id) WHERE is_deleted;',
  )
  expect((await generate('deals')).output).toContain('written 0, ')
})

describe('after a merge', () => {
  async function twoBranches() {
    explored('property_added', 'before')
    await generate('deals')
    explored('property_added', 'after')
    await generate('deals')
    return migrationPath('0002_deals_add_renewal_risk.sql')
  }

  test('a migration that hubgen.sum names and git did not keep is named, with the way back', async () => {
    const path = await twoBranches()
    rmSync(path)
    const { output } = await generate('deals', '--check')
    const name = `generated/migrations/${basename(path)}`
    expect(output).toContain(`git log --all --format=%h -- ${name}`)
    expect(output).toContain('A database that has run it will refuse to migrate')
  })

  test('a migration that another branch squashed is not lost', async () => {
    const path = await twoBranches()
    mkdirSync(join(dirname(path), 'squashed'))
    renameSync(path, join(dirname(path), 'squashed', basename(path)))
    const { output } = await generate('deals', '--check')
    expect(output).not.toContain('A database that has run it will refuse to migrate')
  })

  test('two texts in one file are refused', async () => {
    const path = await twoBranches()
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> two\n`)
    const { exitCode, errors } = await generate('deals')
    expect(exitCode).toBe(1)
    expect(errors).toContain('error[MIGRATION_CONFLICT]')
    expect(errors).toContain(`git show MERGE_HEAD:./generated/migrations/${basename(path)} > `)
  })

  test('two types of one column are noted', async () => {
    const path = await twoBranches()
    const other = path.replace('0002', '0003')
    writeFileSync(
      other,
      readFileSync(path, 'utf8').replace('renewal_risk text', 'renewal_risk date'),
    )
    expect((await generate('deals')).output).toContain(
      `${basename(path)} and ${basename(other)} give hubspot.deal.property_renewal_risk two types`,
    )
  })
})

describe('a type edited by hand', () => {
  test('of a column that exists is refused, with the choices there are, and nothing is written', async () => {
    explored('column_retyped', 'before')
    await generate('deals')
    editAnalysis((text) => text.replace('"type": "text"', '"type": "numeric"'))
    const refused = await generate('deals')
    expect(refused.exitCode).toBe(1)
    expect(refused.errors).toContain('error[COLUMN_RETYPED]')
    expect(refused.errors).toContain(
      '- hubspot.deal.property_amount is `text` in the migrations, `numeric` in the analysis\n',
    )
    expect(refused.errors).toContain('set the type back to `text` in deals/analysis.json')
    expect(refused.errors).toContain('types: { deals: { "amount": \'numeric\' } }')
    expect(migrations()).toEqual(['0001_deals_create.sql'])
  })

  test('of a column that does not exist yet is simply the type', async () => {
    explored('column_retyped', 'before')
    editAnalysis((text) => text.replace('"type": "text"', '"type": "numeric"'))
    expect((await generate('deals')).exitCode).toBe(0)
    expect(readMigration('0001_deals_create.sql')).toContain('  property_amount numeric,\n')
  })
})

describe('a property with a second column', () => {
  test('has both in types and codecs, the first one deprecated', async () => {
    explored('column_retyped', 'after')
    await generate('deals')
    const read = (name: string) => readFileSync(join(folder, 'generated', 'deals', name), 'utf8')
    expect(read('properties.ts')).toContain(
      "  property_amount: text('amount'),\n  property_amount__numeric: numeric('amount'),\n",
    )
    expect(read('table.ts')).toMatch(
      /@deprecated Use property_amount__numeric, which is numeric\.\n {3}\*\/\n {2}property_amount: Text\n/,
    )
    expect(read('views.sql')).toContain('CREATE OR REPLACE VIEW hubspot.deal_current AS')
  })
})

describe('a column that no analysis contains any more', () => {
  test('stays, and generate says so; it is dropped only with --allow-destructive', async () => {
    explored('drop_column', 'before')
    await generate('deals')
    explored('drop_column', 'after')
    const kept = await generate('deals')
    expect(kept.output).toContain(
      'column hubspot.deal.property_closedate: no analysis contains it any more',
    )
    expect(kept.output).toContain('`--allow-destructive`')
    expect(migrations()).toEqual(['0001_deals_create.sql'])
    const dropped = await generate('deals', '--allow-destructive')
    expect(dropped.output).toMatch(/0002_deals_drop_closedate_[0-9a-f]{8}\.sql/)
    expect(dropped.output).not.toContain('no analysis contains it any more')
    expect((await generate('deals')).output).toContain('written 0, ')
  })
})

describe('a companion table that no analysis contains any more', () => {
  test('stays, and generate says so; it is dropped only with --allow-destructive', async () => {
    explored('drop_table', 'before')
    await generate('deals')
    explored('drop_table', 'after')
    const kept = await generate('deals')
    expect(kept.output).toContain('table hubspot.deal_contact: no analysis contains it any more')
    expect(kept.output).toContain('to drop these tables with their values: `--allow-destructive`')
    expect(kept.output).not.toContain('deal_company')
    expect(migrations()).toEqual(['0001_deals_create.sql'])
    const dropped = await generate('deals', '--allow-destructive')
    expect(dropped.output).toMatch(/0002_deals_drop_2_tables_[0-9a-f]{8}\.sql/)
    expect(dropped.output).not.toContain('no analysis contains it any more')
    expect((await generate('deals', '--allow-destructive')).output).toContain('written 0, ')
  })

  test('wanted again, it is made again, empty', async () => {
    explored('drop_table', 'before')
    await generate('deals')
    explored('drop_table', 'after')
    await generate('deals', '--allow-destructive')
    explored('drop_table', 'before')
    await generate('deals')
    expect(readMigration('0003_deals_add_tables.sql')).toContain(
      'CREATE TABLE hubspot.deal_contact',
    )
  })
})

describe('a table of records that is wanted for links', () => {
  test('is left alone: generate stops with a fix, and the table of links then gets another name', async () => {
    explored('tables_added', 'after')
    await generate('deals')
    const path = migrationPath('0001_deals_create.sql')
    const records = 'CREATE TABLE hubspot.deal_contact (\n  id bigint PRIMARY KEY\n);'
    const creation = readFileSync(path, 'utf8')
    writeFileSync(path, creation.replace(/CREATE TABLE hubspot.deal_contact \([^;]*;/, records))
    const refused = await generate('deals')
    expect(refused.exitCode).toBe(1)
    expect(refused.errors).toContain('error[ANALYSIS_CONFLICT]')
    expect(refused.errors).toContain('`"takenTables": ["deal_contact"]` into deals/analysis.json')
    expect(migrations()).toEqual(['0001_deals_create.sql'])
    editAnalysis((text) =>
      text.replace('"history"', '"takenTables": ["deal_contact"],\n  "history"'),
    )
    expect(await generate('deals')).toMatchObject({ exitCode: 0 })
    expect(readMigration('0002_deals_add_tables.sql')).toMatch(
      /CREATE TABLE hubspot\.deal_contact_[0-9a-f]{8} \(/,
    )
  })
})
