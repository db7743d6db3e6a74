import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { readTableModule } from '../../scripts/witness/read-table-module.ts'
import { type Testimony, witnessFolder } from '../../scripts/witness/witness-folder.ts'
import { goldenDirectory, listGoldenCases } from '../support/golden.ts'
import { createDatabase } from '../support/postgres.ts'

const committed = fileURLToPath(new URL('../../generated', import.meta.url))
const directories: string[] = []

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true })
})

async function witness(directory: string): Promise<readonly Testimony[]> {
  await using scratch = await createDatabase()
  await using database = await openDatabase(
    readDatabaseSettings({ DATABASE_URL: scratch.url }, process.cwd()),
  )
  return await witnessFolder(directory, database)
}

/** The golden deals with other text in their files. */
function spoil(file: string, from: string | RegExp, to: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'hubgen-witness-'))
  directories.push(directory)
  cpSync(`${goldenDirectory}/plain/expected`, directory, { recursive: true })
  const path = join(directory, 'deals', file)
  const text = readFileSync(path, 'utf8')
  const spoiled = text.replace(from, to)
  expect(spoiled).not.toBe(text)
  writeFileSync(path, spoiled)
  return directory
}

test('kysely-codegen reads the committed tables back as their table.ts describe them', async () => {
  const testimonies = await witness(committed)
  expect(
    testimonies.flatMap(({ entity, differences }) => differences.map((d) => [entity, d])),
  ).toEqual([])
  expect(testimonies.length).toBeGreaterThanOrEqual(12)
  expect(testimonies.find(({ entity }) => entity === 'deals')?.columns).toBeGreaterThan(200)
})

test.each(listGoldenCases())('and those of golden case %s', async (name) => {
  const testimonies = await witness(`${goldenDirectory}/${name}/expected`)
  expect(testimonies.flatMap(({ differences }) => differences)).toEqual([])
  expect(testimonies.length).toBeGreaterThan(0)
})

test.each([
  [
    'type',
    'table.ts',
    'property_amount: Numeric',
    'property_amount: Bigint',
    /`property_amount`: type is `int8` in the interface, `numeric` in the database/,
  ],
  [
    'nullability',
    'schema.sql',
    'property_amount numeric',
    'property_amount numeric NOT NULL',
    /`property_amount`: nullable is `true` in the interface, `false`/,
  ],
  [
    'description',
    'schema.sql',
    /(property_amount IS ')/,
    '$1Not ',
    /`property_amount`: description is/,
  ],
  [
    'system column',
    'schema.sql',
    'updated_at timestamptz NOT NULL',
    'updated_at timestamptz',
    /`updated_at`: nullable is `false` in the interface, `true`/,
  ],
  [
    'default',
    'schema.sql',
    'is_deleted boolean NOT NULL DEFAULT false',
    'is_deleted boolean NOT NULL',
    /`is_deleted`: default is `true` in the interface, `false`/,
  ],
  [
    'list of the labelled view',
    'labelled.ts',
    /\n {2}\| '\w+'/,
    '',
    /labelled view: column `\w+` is a list in the database only/,
  ],
  [
    'day of the labelled view',
    'labelled.ts',
    "  | 'property_closedate_day'\n",
    '',
    /labelled view: column `property_closedate_day` is a day in the database only/,
  ],
  [
    'type in the labelled view',
    'labelled.sql',
    'record.is_deleted,',
    'record.is_deleted::text AS is_deleted,',
    /labelled view: column `is_deleted` gives `boolean` in labelled.ts, is `text`/,
  ],
  [
    'extra column',
    'schema.sql',
    'property_amount numeric,',
    'property_amount numeric, stray text,',
    /column `stray` is in the database only/,
  ],
  [
    'column of links',
    'schema.sql',
    '  label text,',
    '  label text NOT NULL,',
    /table `deal_company`: column `label`: nullable is `true` in its type, `false`/,
  ],
  [
    'type of links',
    'schema.sql',
    '  company_id bigint NOT NULL',
    '  company_id integer NOT NULL',
    /table `deal_company`: column `company_id`: type is `int8` in its type, `int4`/,
  ],
  [
    'name among links',
    'table.ts',
    "AssociationColumns<'deal_id', 'company_id'>",
    "AssociationColumns<'deal_id', 'contact_id'>",
    /table `deal_company`: columns are `deal_id, contact_id, type_id, .* in its type, `deal_id, company_id/,
  ],
  [
    'default of a stage',
    'schema.sql',
    /(deal_pipeline_stage \((?:\n {2}.*)*_fivetran_synced timestamptz NOT NULL) DEFAULT now\(\)/,
    '$1',
    /table `deal_pipeline_stage`: column `_fivetran_synced`: default is `true` in its type, `false`/,
  ],
  [
    'table without a type',
    'table.ts',
    /\n\/\*\* One row of `hubspot.deal_contact`.*\n.*\n/,
    '',
    /table `deal_contact` is in the database only/,
  ],
  [
    'missing column',
    'table.ts',
    'property_amount: Numeric',
    'property_amount2: Numeric',
    /column `property_amount2` is in the interface only/,
  ],
])('a wrong %s is reported', async (_, file, from, to, expected) => {
  const [testimony] = await witness(spoil(file, from, to))
  expect(testimony?.differences.join('\n')).toMatch(expected)
})

test('another order is reported', async () => {
  const directory = spoil('schema.sql', / {2}property_amount numeric,\n/, '')
  const path = join(directory, 'deals/schema.sql')
  writeFileSync(
    path,
    readFileSync(path, 'utf8').replace('updated_at timestamptz NOT NULL,\n', (line) =>
      `  property_amount numeric,\n  ${line}`.replace(/^ {4}/, ''),
    ),
  )
  const [testimony] = await witness(directory)
  expect(testimony?.differences).toEqual([
    expect.stringMatching(/^order: column 6 is `updated_at` in the interface, `property_amount`/),
  ])
})

test('names that TypeScript quotes are read as they are', () => {
  const text = `export interface T extends SystemColumns {
  /**
   * One
   */
  'it\\'s \\\\ \\u202E\\n<\\/x': Archived<Text>
}`
  expect(readTableModule(text)).toEqual([
    {
      name: "it's \\ \u202E\n</x",
      type: 'text',
      nullable: true,
      hasDefault: false,
      document: 'One',
    },
  ])
})
