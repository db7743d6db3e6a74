import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { diffFiles, goldenDirectory, readExpectedFiles } from '../support/golden.ts'
import { withoutMark } from '../support/migration-names.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let folder: string

/** Paths of the migrations. */
function migrations(): readonly string[] {
  const paths = [...generatedFiles().keys()].filter((path) => path.startsWith('migrations/'))
  return paths.map(withoutMark)
}

beforeEach(async () => {
  const directory = await temporaryDirectory()
  folder = directory.path
  return () => directory[Symbol.asyncDispose]()
})

const generate = (...args: readonly string[]) => runHubgen(folder, ['generate', ...args])

/** Writes the analysis of a golden case as `explore` would. */
function explored(golden: string, file: string, entity: string): void {
  const target = join(folder, 'generated', entity, 'analysis.json')
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(join(goldenDirectory, golden, file), target)
}

/** As if `generate` had run for the deals of case `plain`. */
function generatedDeals(): void {
  explored('plain', 'analysis.json', 'deals')
  const expected = join(goldenDirectory, 'plain', 'expected')
  cpSync(expected, join(folder, 'generated'), { recursive: true })
}

/** Everything generated, without the analyses. */
function generatedFiles(): ReadonlyMap<string, string> {
  const root = join(folder, 'generated')
  return new Map(
    globSync('**/*.{ts,sql,md,txt,sum}', { cwd: root })
      .toSorted()
      .map((path) => [path, readFileSync(join(root, path), 'utf8')]),
  )
}

function edit(path: string, text = '// by hand\n'): void {
  appendFileSync(join(folder, 'generated', path), text)
}

describe('writing', () => {
  test('gives what the golden case says, and nothing the second time', async () => {
    explored('plain', 'analysis.json', 'deals')
    const first = await generate('deals')
    expect(first.output).toContain('written 17, unchanged 0, removed 0\nnext: `hubgen migrate`\n')
    expect(diffFiles(readExpectedFiles('plain'), generatedFiles())).toBe('')
    const { mtimeMs } = statSync(join(folder, 'generated/deals/table.ts'))
    expect((await generate('Deal')).output).toContain('written 0, unchanged 17, removed 0\n')
    expect(statSync(join(folder, 'generated/deals/table.ts')).mtimeMs).toBe(mtimeMs)
  })

  test('with a name touches only that entity and the shared files', async () => {
    explored('plain', 'analysis.json', 'deals')
    explored('two-entities', 'contacts.json', 'contacts')
    expect((await generate('deals')).exitCode).toBe(0)
    expect(existsSync(join(folder, 'generated/contacts/table.ts'))).toBe(false)
    expect(readFileSync(join(folder, 'generated/index.ts'), 'utf8')).not.toContain('contacts')
    edit('deals/table.ts')
    expect((await generate('CONTACT')).output).toContain('written 17, unchanged 0, removed 0\n')
    expect(readFileSync(join(folder, 'generated/index.ts'), 'utf8')).toContain('[contacts, deals]')
  })

  test('a migration keeps its number when an entity before it appears', async () => {
    generatedDeals()
    explored('two-entities', 'contacts.json', 'contacts')
    await generate('--all')
    expect(migrations()).toEqual([
      'migrations/0001_deals_create.sql',
      'migrations/0002_contacts_create.sql',
    ])
  })

  test('removes what it once wrote and nothing generates any more, but no migration', async () => {
    explored('plain', 'analysis.json', 'deals')
    explored('two-entities', 'contacts.json', 'contacts')
    await generate('--all')
    rmSync(join(folder, 'generated/contacts/analysis.json'))
    const second = await generate('--all')
    expect(second.output).toContain('written 3, unchanged 14, removed 13\n')
    expect(existsSync(join(folder, 'generated/contacts'))).toBe(false)
    expect(migrations()).toContain('migrations/0001_contacts_create.sql')
    expect((await generate('--check')).exitCode).toBe(0)
  })

  test('takes line ends of Windows for the same text', async () => {
    generatedDeals()
    const path = join(folder, 'generated/deals/entity.ts')
    writeFileSync(path, readFileSync(path, 'utf8').replaceAll('\n', '\r\n'))
    expect((await generate('deals')).output).toContain('written 0, unchanged 17, removed 0\n')
  })
})

describe('files edited by hand', () => {
  test('are all named, and nothing is written', async () => {
    generatedDeals()
    edit('deals/entity.ts')
    edit('deals/schema.sql', '-- by hand\n')
    rmSync(join(folder, 'generated/deals/table.ts'))
    const refused = await generate('deals')
    expect(refused.exitCode).toBe(1)
    expect(refused.errors).toContain('error[FILE_EDITED]')
    expect(refused.errors).toContain('- deals/schema.sql\n')
    expect(refused.errors).toContain('- deals/entity.ts\n')
    expect(refused.errors).toContain(
      'fix: move the changes elsewhere, then run `hubgen generate deals --overwrite`',
    )
    expect(existsSync(join(folder, 'generated/deals/table.ts'))).toBe(false)
    expect((await generate('deals', '--overwrite')).output).toContain(
      'written 3, unchanged 14, removed 0\n',
    )
    expect(diffFiles(readExpectedFiles('plain'), generatedFiles())).toBe('')
  })

  test('may be symbolic links, which are not replaced without asking', async () => {
    generatedDeals()
    const path = join(folder, 'generated/deals/schema.sql')
    const elsewhere = join(folder, 'elsewhere.sql')
    renameSync(path, elsewhere)
    symlinkSync(elsewhere, path)
    expect((await generate('deals')).output).toContain('written 0, unchanged 17, removed 0\n')
    expect(lstatSync(path).isSymbolicLink()).toBe(true)
    writeFileSync(elsewhere, '-- theirs\n')
    const refused = await generate('deals')
    expect(refused.errors).toContain('error[FILE_EDITED]')
    expect(refused.errors).toContain('- deals/schema.sql\n')
    rmSync(elsewhere)
    expect((await generate('deals')).errors).toContain('error[FILE_EDITED]')
    expect((await generate('deals', '--overwrite')).output).toContain('written 1, unchanged 16')
    expect(lstatSync(path).isSymbolicLink()).toBe(false)
  })

  test('may lie behind a link to a folder', async () => {
    generatedDeals()
    renameSync(join(folder, 'generated/deals'), join(folder, 'deals'))
    symlinkSync(join(folder, 'deals'), join(folder, 'generated/deals'))
    symlinkSync(join(folder, 'generated'), join(folder, 'deals/again'))
    expect((await generate('deals')).output).toContain('written 0, unchanged 17, removed 0\n')
    edit('deals/schema.sql')
    expect((await generate('deals')).errors).toContain('- deals/schema.sql\n')
  })

  test('are kept when nothing generates them any more', async () => {
    explored('plain', 'analysis.json', 'deals')
    explored('two-entities', 'contacts.json', 'contacts')
    await generate('--all')
    rmSync(join(folder, 'generated/contacts/analysis.json'))
    edit('contacts/table.ts')
    expect((await generate('--all')).errors).toContain('- contacts/table.ts\n')
    expect(existsSync(join(folder, 'generated/contacts/entity.ts'))).toBe(true)
  })

  test('of an earlier hubgen are generated together', async () => {
    explored('plain', 'analysis.json', 'deals')
    explored('two-entities', 'contacts.json', 'contacts')
    await generate('--all')
    const contacts = join(folder, 'generated/contacts')
    renameSync(join(contacts, 'entity.ts'), join(contacts, 'sync.ts'))
    const refused = await generate('deals')
    expect(refused.errors).toContain('error[GENERATED_OUTDATED]: `contacts`')
    expect(refused.errors).toContain('fix: `hubgen generate --all`')
    expect((await generate('contacts')).exitCode).toBe(0)
    expect((await generate('--check')).output).toContain('extra')
  })

  test('are not those of an older hubgen or an older analysis', async () => {
    generatedDeals()
    const path = join(folder, 'generated/deals/analysis.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"Deal Name"', '"Name of the deal"'))
    expect((await generate('deals')).exitCode).toBe(0)
    expect(readFileSync(join(folder, 'generated/deals/table.ts'), 'utf8')).toContain(
      'Name of the deal',
    )
  })
})

describe('--check', () => {
  test('is content with what generate wrote', async () => {
    generatedDeals()
    const check = await generate('--check')
    expect(check).toMatchObject({
      exitCode: 0,
      output: '17 generated files are up to date\n',
    })
  })

  test('shows what is missing, different and extra, says the remedy, and writes nothing', async () => {
    generatedDeals()
    rmSync(join(folder, 'generated/deals/indexes.sql'))
    edit('deals/entity.ts')
    writeFileSync(join(folder, 'generated/deals/notes.md'), 'mine')
    const before = generatedFiles()
    const check = await generate('deals', '--check')
    expect(check.exitCode).toBe(1)
    expect(check.output).toContain('--- /dev/null\n+++ b/deals/indexes.sql\n')
    expect(check.output).toContain(
      '--- a/deals/entity.ts\n+++ b/deals/entity.ts\n@@ -31,4 +31,3 @@\n',
    )
    expect(check.output).toContain('\n-// by hand\n')
    expect(check.output).toContain('extra file, not generated: deals/notes.md\n')
    expect(check.errors).toContain('error[GENERATED_FILES_DIFFER]: 1 missing, 1 different, 1 extra')
    expect(check.errors).toContain(
      'fix: move the extra files elsewhere, then run `hubgen generate deals --overwrite`',
    )
    expect(generatedFiles()).toEqual(before)
  })

  test('needs no --overwrite where nobody edited', async () => {
    explored('plain', 'analysis.json', 'deals')
    expect((await generate('--check', '-d', 'generated')).errors).toContain(
      'fix: run `hubgen generate --all`\n',
    )
  })
})

describe('refuses, and changes nothing', () => {
  test.each([
    [['deals'], 'error[ANALYSIS_MISSING]: `deals` has no analysis', 'fix: `hubgen explore deals`'],
    [
      ['contcts'],
      'error[ANALYSIS_MISSING]',
      'did you mean `contacts`? Otherwise `hubgen explore contcts`',
    ],
    [['ticket'], 'error[ANALYSIS_MISSING]', 'fix: `hubgen explore tickets`'],
    [[], 'error[USAGE]: which entity? There are analyses of `contacts`', '`hubgen generate --all`'],
    [
      ['--all', '-d', 'elsewhere'],
      'error[ANALYSIS_MISSING]: nothing has been explored yet',
      'fix: `hubgen explore deals`',
    ],
  ])('%j', async (args, message, fix) => {
    explored('two-entities', 'contacts.json', 'contacts')
    const refused = await generate(...args)
    expect(refused.exitCode).toBe(1)
    expect(refused.errors).toContain(message)
    expect(refused.errors).toContain(fix)
    expect(generatedFiles().size).toBe(0)
  })

  test('a truncated analysis', async () => {
    explored('plain', 'analysis.json', 'deals')
    const path = join(folder, 'generated/deals/analysis.json')
    writeFileSync(path, readFileSync(path, 'utf8').slice(0, 500))
    const refused = await generate('deals')
    expect(refused).toMatchObject({ exitCode: 1, output: '' })
    expect(refused.errors).toContain('error[ANALYSIS_INVALID]')
    expect(refused.errors).toContain('deals/analysis.json')
  })

  test('an analysis in the wrong folder', async () => {
    explored('plain', 'analysis.json', 'tickets')
    expect((await generate('tickets')).errors).toContain(
      'the analysis of entity `deals` is in folder `tickets`',
    )
  })

  test('two entities with one table', async () => {
    explored('custom-object', 'analysis.json', 'deal')
    explored('plain', 'analysis.json', 'deals')
    const path = join(folder, 'generated/deal/analysis.json')
    const renamed = readFileSync(path, 'utf8').replaceAll(
      /"(entity|table)": "vehicle"/g,
      '"$1": "deal"',
    )
    writeFileSync(path, renamed)
    const refused = await generate('--all')
    expect(refused.errors).toContain('error[ANALYSIS_CONFLICT]')
    expect(refused.errors).toContain('- `deal` and `deals` both have table `deal`\n')
  })

  test('a table that was given another name in its analysis', async () => {
    explored('plain', 'analysis.json', 'deals')
    const path = join(folder, 'generated/deals/analysis.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"table": "deal"', '"table": "sale"'))
    const refused = await generate('--all')
    expect(refused.errors).toContain('error[ANALYSIS_INVALID]')
    expect(refused.errors).toContain('- table: must be `deal`, found `sale`')
  })

  test('a folder of generated files that is a file', async () => {
    writeFileSync(join(folder, 'generated'), '')
    expect((await generate('--all')).errors).toContain('error[FILE_UNREADABLE]')
  })

  test('a place where a folder cannot be made', async () => {
    explored('plain', 'analysis.json', 'deals')
    writeFileSync(join(folder, 'generated/migrations'), '')
    const refused = await generate('deals')
    expect(refused.exitCode).toBe(1)
    expect(refused.errors).toContain('error[FILE_UNWRITABLE]')
    expect(generatedFiles().size).toBe(0)
  })
})
