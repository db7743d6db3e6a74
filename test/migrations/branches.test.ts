import { spawnSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planWrite } from '../../generator/disk/plan-write.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { serializeAnalysis } from '../../generator/model/analysis-file.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { retypeColumn } from '../../generator/model/retype-column.ts'
import { schemaOf } from '../../generator/model/schema-name.ts'
import {
  type MigrationFile,
  planMigrations,
  type UnusedParts,
} from '../../generator/render/migrations/migration-sql.ts'
import { renderFiles } from '../../generator/render/render.ts'
import { type Database, openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { fitFile } from '../../runtime/postgres/schema/fit-file.ts'
import { migrateWithLabels } from '../../runtime/postgres/schema/migrate.ts'
import {
  madeTables,
  readMigratedSchema,
  withText,
} from '../../runtime/postgres/schema/migrated-schema.ts'
import { inOrder } from '../../runtime/postgres/schema/migration-file.ts'
import { ensureMigrationState } from '../../runtime/postgres/state/state.ts'
import { changing, dealsBefore, entityCases, propertyCases } from '../support/drift-cases.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import { labelsOf, sqlOf } from '../support/migration-cases.ts'
import { withoutMark } from '../support/migration-names.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { readSchemaState } from '../support/table-state.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

/** The changes that one branch makes to the analyses of a project. */
interface Change {
  readonly name: string
  readonly apply: (analyses: readonly Analysis[]) => readonly Analysis[]
  readonly unusedParts: UnusedParts
}

const ofDeals = (
  name: string,
  change: (analysis: Analysis) => Analysis,
  unusedParts: UnusedParts = 'kept',
): Change => ({
  name,
  apply: (analyses) => analyses.map((one) => (one.entity === 'deals' ? change(one) : one)),
  unusedParts,
})

function retype(name: string, type: 'text' | 'bigint') {
  return (analysis: Analysis): Analysis => ({
    ...analysis,
    properties: analysis.properties.map((property) =>
      property.name === name ? retypeColumn(property, type, 'Chosen.', new Set()) : property,
    ),
  })
}

/** With a property of two types, so that every kind of view exists. */
const base = retype('old_score', 'text')(dealsBefore)

const contacts = buildAnalysis(
  {
    ...dealFacts([defineProperty('email')]),
    entity: 'contacts',
    table: 'contact',
    objectType: {
      id: '0-1',
      name: 'contacts',
      singularLabel: 'Contact',
      pluralLabel: 'Contacts',
      custom: false,
    },
  },
  null,
  null,
).analysis
const withPhone = buildAnalysis(
  {
    ...dealFacts([defineProperty('email'), defineProperty('phone')], { keyProperty: 'email' }),
    entity: 'contacts',
    table: 'contact',
    objectType: {
      id: '0-1',
      name: 'contacts',
      singularLabel: 'Contact',
      pluralLabel: 'People',
      custom: false,
    },
  },
  null,
  null,
).analysis

const without = (name: string) => (analysis: Analysis) => ({
  ...analysis,
  properties: analysis.properties.filter((property) => property.name !== name),
})
const addEntity = (name: string, entity: Analysis): Change => ({
  name,
  apply: (analyses) => [...analyses.filter((one) => one.entity !== entity.entity), entity],
  unusedParts: 'kept',
})

/** Every kind of drift that changes an analysis, and the changes by `--allow-destructive` and by choices. */
const changes: readonly Change[] = [
  ...[...propertyCases, ...entityCases]
    // An edited type or schema is refused; a chosen type is among the changes below.
    .filter(({ kind }) => !['column_retyped', 'column_renamed'].includes(kind))
    .filter(({ change }) => schemaOf(change(base)) === schemaOf(base))
    .map(({ kind, words, change }) => ofDeals(`${kind}: ${words.slice(0, 60)}`, change)),
  ofDeals('another label', changing('amount', { label: 'Sum' })),
  ofDeals('amount retyped to text', retype('amount', 'text')),
  ofDeals('amount retyped to bigint', retype('amount', 'bigint')),
  ofDeals('amount dropped', without('amount'), 'dropped'),
  ofDeals('risk dropped', without('risk'), 'dropped'),
  ofDeals('links dropped', (analysis) => ({ ...analysis, associations: [] }), 'dropped'),
  addEntity('contacts', contacts),
  addEntity('contacts with another column, key and label', withPhone),
]

function migrationsOf(
  analyses: readonly Analysis[],
  existing: readonly MigrationFile[],
  unusedParts: UnusedParts = 'kept',
): readonly MigrationFile[] {
  const planned = planMigrations(sqlOf(analyses), existing, unusedParts)
  expect([planned.mismatches, planned.conflicts]).toEqual([[], []])
  return [...planned.files].map(([name, sql]) => ({ name, sql }))
}

const baseFiles = migrationsOf([base], [])
/** Changes that have a migration: the files of the others are data, which `migrate` applies unchanged. */
const migrating = changes
  .map((change) => ({ ...change, analyses: change.apply([base]) }))
  .map((change) => ({
    ...change,
    files: migrationsOf(change.analyses, baseFiles, change.unusedParts),
  }))
  .filter(({ files }) => files.length > 0)
type Migrating = (typeof migrating)[number]

/** The tables of labels are no migration's; a database keeps them from one pair of changes to the next. */
const migratedTables = [
  ...madeTables([...baseFiles, ...migrating.flatMap(({ files }) => files)].map(({ sql }) => sql)),
]

/** Those whose files have the same effect, because two branches can express it in two ways. */
const kinds = [
  ...Map.groupBy(migrating, ({ files }) =>
    files.map(({ name }) => withoutMark(name)).join(),
  ).values(),
]

/** Each with each, including itself: two branches may have made the same change. */
function pairsOf<One>(all: readonly One[]): readonly (readonly [One, One])[] {
  return all.flatMap((one, first) => all.slice(first).map((two) => [one, two] as const))
}

const firstOfEach = kinds.flatMap((alike) => alike.slice(0, 1))
/** Each kind with each, and within a kind two changes with each other. */
const merging = [
  ...pairsOf(firstOfEach),
  ...kinds.flatMap((alike) => pairsOf(alike.slice(0, 2)).slice(1)),
]

const mergedAnalyses = new Map<string, readonly Analysis[]>()

/** Either side of a conflict may be kept. */
function mergeAnalyses(one: Migrating, two: Migrating): readonly Analysis[] {
  const pair = `${one.name} and ${two.name}`
  const merged = mergedAnalyses.get(pair) ?? (one === two ? one.analyses : two.apply(one.analyses))
  mergedAnalyses.set(pair, merged)
  return merged
}

test('of any two changes a file that comes late leaves what the order of all files reaches', () => {
  expect(migrating.length).toBeGreaterThan(15)
  for (const [one, two] of pairsOf(migrating)) {
    const merged = inOrder([...baseFiles, ...one.files, ...two.files])
    const all = inOrder([
      ...new Map(
        [...merged, ...migrationsOf(mergeAnalyses(one, two), merged)].map((file) => [
          file.name,
          file,
        ]),
      ).values(),
    ])
    const reached = readMigratedSchema(all.map(({ sql }) => sql))
    const made = madeTables(all.map(({ sql }) => sql))
    for (const earlier of [one.files, two.files]) {
      const applied = [...baseFiles, ...earlier]
      let found = readMigratedSchema(applied.map(({ sql }) => sql))
      let now = readMigratedSchema(inOrder(applied).map(({ sql }) => sql))
      for (const file of all.filter(({ name }) => applied.every((one) => one.name !== name))) {
        applied.push(file)
        const next = readMigratedSchema(inOrder(applied).map(({ sql }) => sql))
        found = withText(found, fitFile(file, { now, next, made }).sql)
        now = next
      }
      expect(found, `${one.name} and ${two.name}`).toEqual(reached)
    }
  }
})

let scratch: TestDatabase
let database: Database
let folder: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  scratch = await createDatabase()
  database = await openDatabase(readDatabaseSettings({ DATABASE_URL: scratch.url }, '.'))
  await ensureMigrationState(database)
  folder = await temporaryDirectory()
  git('', 'init', '--quiet', '--bare')
  const branches = migrating.map((change, number) =>
    commitTo(`change-${number}`, generate(change.analyses, [...baseFiles, ...change.files])),
  )
  const commits = [commitTo('base', generate([base], baseFiles)), ...branches]
  git(commits.join(''), 'fast-import', '--quiet')
})

afterAll(async () => {
  await folder[Symbol.asyncDispose]()
  await database.close()
  await scratch.close()
})

function git(input: string, ...args: readonly string[]): Buffer {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd: folder.path,
    input,
    maxBuffer: 2 ** 28,
    env: {
      PATH: process.env['PATH'],
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
    },
  })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout
}

/** For `git fast-import`: a commit of these files on a branch that begins at `base`. */
function commitTo(branch: string, files: ReadonlyMap<string, string>): string {
  const data = (text: string) => `data ${Buffer.byteLength(text)}\n${text}\n`
  return [
    `commit refs/heads/${branch}\ncommitter Ada <ada@example.com> 0 +0000\n${data(branch)}`,
    branch === 'base' ? '' : 'from refs/heads/base\n',
    ...Array.from(files, ([path, text]) => `M 100644 inline ${path}\n${data(text)}`),
  ].join('')
}

/** The files that `explore` and `generate` write. */
function generate(
  analyses: readonly Analysis[],
  migrations: readonly MigrationFile[],
): ReadonlyMap<string, string> {
  const rendered = new Map([
    ...renderFiles(analyses),
    ...migrations.map(({ name, sql }) => [`migrations/${name}`, sql] as const),
  ])
  const decided = analyses.map(
    (analysis) => [`${analysis.entity}/analysis.json`, serializeAnalysis(analysis)] as const,
  )
  return new Map([...planWrite(rendered, new Map(), null).write, ...decided])
}

const branchOf = (change: Migrating) => `change-${migrating.indexOf(change)}`

/** The trees of merges that are not committed, and the names of files with conflicts. */
function mergeBranches(pairs: readonly (readonly [Migrating, Migrating])[]) {
  const lines = pairs.map(([one, two]) => `${branchOf(one)} ${branchOf(two)}\n`).join('')
  const merging = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '--stdin']
  const fields = git(lines, ...merging)
    .toString()
    .split('\0')
  return pairs.map(() => {
    const [status, tree = ''] = fields.splice(0, 2)
    // 0 means that there are conflicts.
    expect(['0', '1']).toContain(status)
    return { tree, conflicts: fields.splice(0, fields.indexOf('') + 1).join('\n') }
  })
}

/** The contents of these objects of git. */
function readObjects(names: readonly string[]): readonly Buffer[] {
  const output = git(`${names.join('\n')}\n`, 'cat-file', '--batch')
  let place = 0
  return names.map((name) => {
    const begin = output.indexOf('\n', place) + 1
    const [, size] =
      /^\w+ (?:tree|blob) (\d+)$/.exec(output.toString('utf8', place, begin - 1)) ?? []
    if (size === undefined) throw new Error(`git has no ${name}`)
    place = begin + Number(size) + 1
    return output.subarray(begin, place - 1)
  })
}

/** The migrations in these commits or trees. */
function readMigrations(trees: readonly string[]): readonly (readonly MigrationFile[])[] {
  const listed = readObjects(trees.map((tree) => `${tree}:migrations`)).map((tree) =>
    Array.from(
      tree.toString('latin1').matchAll(/100644 ([^\0]+)\0([\s\S]{20})/g),
      ([, name = '', id = '']) => ({
        name,
        blob: Buffer.from(id, 'latin1').toString('hex'),
      }),
    ),
  )
  const blobs = [...new Set(listed.flat().map(({ blob }) => blob))]
  const texts = new Map(readObjects(blobs).map((text, index) => [blobs[index], text.toString()]))
  return listed.map((files) =>
    files.map(({ name, blob }) => ({ name, sql: texts.get(blob) ?? '' })),
  )
}

test('git merges the migrations of any two changes, and every database ends where a new one does', async () => {
  expect(kinds.length).toBeGreaterThan(10)
  const merges = mergeBranches(merging)
  const read = readMigrations([...migrating.map(branchOf), ...merges.map(({ tree }) => tree)])
  const filesOf = (change: Migrating) => read[migrating.indexOf(change)] ?? []
  for (const [place, [one, two]] of merging.entries()) {
    // Postgres would read the catalogue rows of all tables that were dropped before.
    if (place % 20 === 19) await scratch.query('VACUUM')
    const what = `${one.name} and ${two.name}`
    expect(merges[place]?.conflicts, what).not.toContain('migrations/')
    const [mine, theirs] = [filesOf(one), filesOf(two)]
    const merged = read[migrating.length + place] ?? []
    expect(
      merged.map(({ name }) => name),
      what,
    ).toEqual([...new Set([...mine, ...theirs].map(({ name }) => name))].toSorted())
    await expectEqual(one, two, { mine, theirs, merged }, what)
  }
}, 300_000)

/** `generate` writes the rest, and all databases are equal. */
async function expectEqual(
  one: Migrating,
  two: Migrating,
  { mine, theirs, merged }: Record<'mine' | 'theirs' | 'merged', readonly MigrationFile[]>,
  what: string,
): Promise<void> {
  const analyses = mergeAnalyses(one, two)
  const all = [...merged, ...migrationsOf(analyses, merged)]
  expect(migrationsOf(analyses, all), what).toEqual([])
  const labels = analyses.map(labelsOf)
  const states = []
  // Two branches with the same change have the same files.
  for (const before of new Set([[], mine, theirs])) {
    await scratch.query(`DROP TABLE IF EXISTS ${migratedTables.join(', ')} CASCADE;
      DELETE FROM hubgen.migration; DELETE FROM hubgen.view`)
    const branch = before === mine ? one : two
    if (before.length > 0) {
      await migrateWithLabels(database, before, branch.analyses.map(labelsOf))
    }
    await migrateWithLabels(database, all, labels)
    states.push(await readSchemaState(scratch.query))
  }
  const [fresh, ...existing] = states
  for (const state of existing) expect(state, what).toEqual(fresh)
}
