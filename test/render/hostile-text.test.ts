import { stripTypeScriptTypes } from 'node:module'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { companions } from '../../generator/model/companions.ts'
import { tableType } from '../../generator/render/entity/entity-names.ts'
import { render } from '../../generator/render/render.ts'
import { storableText } from '../../generator/render/text/escape-sql.ts'
import { INVISIBLE } from '../../generator/render/text/escape-text.ts'
import { hostileAnalysis } from '../support/hostile-analysis.ts'
import { migrationText } from '../support/migration-names.ts'
import { connectTestDatabase, type TestConnection } from '../support/open-test-database.ts'

/** Line breaks are the only invisible characters allowed in a generated file. */
const unseen = (text: string) => text.replaceAll('\n', '').match(INVISIBLE)

test('hostile text changes nothing in TypeScript but text, hides nothing around it, and stays in its cell of the setup document', () => {
  fc.assert(
    fc.property(hostileAnalysis, (analysis) => {
      const files = render([analysis], [])
      expectModules(files, analysis)
      for (const [path, text] of files) expect([path, unseen(text)]).toEqual([path, null])
      expectCells(files.get('deals/README.md') ?? '')
    }),
    { numRuns: 300 },
  )
})

function expectModules(files: ReadonlyMap<string, string>, analysis: Analysis): void {
  expect(exportsOf(files, 'deals/entity.ts')).toEqual(['const deals'])
  const calculated = analysis.properties.some((one) => one.calculated && !one.archived)
  expect(exportsOf(files, 'deals/properties.ts')).toEqual([
    'const dealProperties',
    ...(calculated ? ['const dealCalculated'] : []),
  ])
  const rows = companions(analysis).map(({ table }) => `type ${tableType(table)}`)
  expect(exportsOf(files, 'deals/table.ts')).toEqual(['interface DealTable', ...rows])
  expect(exportsOf(files, 'deals/options.ts')).toEqual(['const dealOptions', 'type DealOption'])
  expect(optionsOf(files)).toEqual(listedOptions(analysis))
  expect(exportsOf(files, 'deals/labelled.ts')).toEqual(['type DealLabelled'])
  expect(exportsOf(files, 'index.ts')).toHaveLength(7)
  expect(exportsOf(files, 'database.ts')).toEqual(['type Database'])
  const synced = analysis.properties.filter(({ archived }) => !archived)
  expect(propertiesOf(files)).toEqual(
    Object.fromEntries(synced.map(({ column, name }) => [column.name, [column.type, name]])),
  )
}

function expectCells(document: string): void {
  expect(document.match(/^## /gm)).toHaveLength(20)
  for (const table of document.matchAll(/(?:^\|.*\n)+/gm)) {
    expect(new Set(table[0].trim().split('\n').map(countCells)).size).toBe(1)
  }
}

test('hostile text changes nothing in SQL but text', async () => {
  await using connection = await connectTestDatabase()
  await connection.run('CREATE TABLE canary (alive boolean); INSERT INTO canary VALUES (true)')
  const before = await worldOf(connection)
  await fc.assert(
    fc.asyncProperty(hostileAnalysis, async (analysis) => {
      const files = render([analysis], [])
      await connection.run('BEGIN')
      try {
        await connection.run(migrationText(files, 'migrations/0001_deals_create.sql'))
        await expectLabels(connection, analysis)
        await connection.run(files.get('deals/labels.sql') ?? '')
        await connection.run(files.get('deals/labelled.sql') ?? '')
        await expectOptions(connection, analysis)
        await connection.run(files.get('compat/fivetran.sql') ?? '')
        await connection.run('SELECT * FROM hubspot_fivetran.deal')
        await connection.run(files.get('deals/queries.sql') ?? '')
        await connection.run(files.get('deals/quality.sql') ?? '')
      } finally {
        await connection.run('ROLLBACK')
      }
      expect(await worldOf(connection)).toEqual(before)
    }),
    { numRuns: 60 },
  )
})

/** The module must parse; nothing hostile can begin a line, so a line that begins with `export` is ours. */
function exportsOf(files: ReadonlyMap<string, string>, path: string): readonly string[] {
  const text = files.get(path) ?? ''
  stripTypeScriptTypes(text)
  return [...text.matchAll(/^export ((?:const|interface|type) \w+|(?:type )?\{ .* \} from)/gm)].map(
    ([, declared = '']) => declared,
  )
}

/** Column → type and property, by running the property map with codecs that only return their names. */
function propertiesOf(files: ReadonlyMap<string, string>): unknown {
  const script = stripTypeScriptTypes(files.get('deals/properties.ts') ?? '')
    .replace(/^import .*$/gm, '')
    .replace('export const dealProperties =', 'return')
    .replaceAll('export const', 'const')
  const codecs = {
    text: 'text',
    numeric: 'numeric',
    bigint: 'bigint',
    bool: 'boolean',
    date: 'date',
    timestamptz: 'timestamptz',
    jsonb: 'jsonb',
  }
  const factories = Object.values(codecs).map((type) => (property: string) => [type, property])
  return new Function(...Object.keys(codecs), script)(...factories)
}

/** Label by value by column, by running the module. */
function optionsOf(files: ReadonlyMap<string, string>): unknown {
  const script = stripTypeScriptTypes(files.get('deals/options.ts') ?? '').replace(
    'export const dealOptions =',
    'return',
  )
  return entriesOf(new Function(script)())
}

/** As lists, in any order: a value may be named `__proto__`. */
function entriesOf(options: Readonly<Record<string, Record<string, string>>>) {
  return Object.entries(options).map(([column, labels]) => [
    column,
    new Map(Object.entries(labels)),
  ])
}

/**
 * The expected labels of text columns: the first label of a value counts, a blank one is replaced by the
 * value.
 */
function listedOptions({ properties, pipelines }: Analysis) {
  const stages = pipelines.flatMap((pipeline) => pipeline.stages)
  return properties
    .filter(({ column }) => column.type === 'text')
    .map(({ name, column, options }) => {
      const places = name === 'pipeline' ? pipelines : name === 'dealstage' ? stages : []
      const listed = [...places.map(({ id, label }) => ({ value: id, label })), ...options]
      const labels = listed.map(({ value, label }): [string, string] => [
        storableText(value),
        label === '' ? storableText(value) : label,
      ])
      return [column.name, new Map(labels.toReversed())] as const
    })
    .filter(([, labels]) => labels.size > 0)
}

/** Properties and options in the database after `labels.sql`. */
async function expectOptions(connection: TestConnection, analysis: Analysis): Promise<void> {
  const [options = []] = await connection.run(`
    SELECT column_name, value, option.label FROM hubspot.property_option AS option
    JOIN hubspot.property AS property USING (hubspot_object, name)
    JOIN pg_attribute ON attrelid = 'hubspot.deal'::regclass AND attname = column_name
    WHERE atttypid = 'text'::regtype`)
  const found = options.map((row) => JSON.stringify(Object.values(row)))
  const stored = new Map(
    analysis.properties.toReversed().map((property) => [storableText(property.name), property]),
  )
  const listed = listedOptions({ ...analysis, properties: [...stored.values()] }).flatMap(
    ([column, labels]) => [...labels.keys()].map((value) => [column, value]),
  )
  expect(
    options.map(({ column_name, value }) => JSON.stringify([column_name, value])).sort(),
  ).toEqual(listed.map((pair) => JSON.stringify(pair)).sort())
  expect(new Set(found).size).toBe(found.length)
}

async function expectLabels(connection: TestConnection, analysis: Analysis): Promise<void> {
  const [columns = []] = await connection.run(`
    SELECT attname, col_description(attrelid, attnum) AS comment
    FROM pg_attribute WHERE attrelid = 'hubspot.deal'::regclass AND attnum > 6 ORDER BY attnum`)
  expect(columns.map(({ attname }) => attname)).toEqual(
    analysis.properties.map(({ column }) => column.name),
  )
  analysis.properties.forEach(({ label, description }, index) => {
    const comment = columns[index]?.['comment'] ?? ''
    expect(comment).toContain(label.trim() === '' ? '' : storableText(label))
    expect(comment).toContain(storableText(description))
  })
}

/** As GitHub counts: an escaped pipe does not end a cell, not even in code. */
function countCells(row: string): number {
  return row.replace(/\\[!-/:-@[-`{-~]/g, '').split('|').length
}

/** Every effect that escaped SQL could leave. */
async function worldOf(connection: TestConnection): Promise<unknown> {
  return connection.run(`
    SELECT rolname FROM pg_roles WHERE rolname !~ '_test_[0-9a-f]+$' ORDER BY 1;
    SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%' ORDER BY 1;
    SELECT oid::regclass::text FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace ORDER BY 1;
    SELECT * FROM canary`)
}
