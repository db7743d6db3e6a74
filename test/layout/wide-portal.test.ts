import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Analysis, AnalyzedProperty } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { labelledViewName } from '../../generator/model/labels.ts'
import { hasOwnColumn, overflowProperties } from '../../generator/model/overflow.ts'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { witnessFolder } from '../../scripts/witness/witness-folder.ts'
import type { Property } from '../../simulator/store.ts'
import { compile } from '../support/compile.ts'
import type { NodeResult } from '../support/node-process.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const ticketType = '0-5'
const madeProperties = 2_300
const records = 150

const kinds = [
  { type: 'string', fieldType: 'text', value: (index: number) => `wörd ${index} "quoted" \\` },
  { type: 'number', fieldType: 'number', value: (index: number) => `${index}.25` },
  { type: 'bool', fieldType: 'booleancheckbox', value: () => 'true' },
  { type: 'date', fieldType: 'date', value: () => '2026-03-12' },
  { type: 'datetime', fieldType: 'date', value: () => '2026-03-12T07:36:23.415Z' },
  { type: 'enumeration', fieldType: 'select', value: () => 'b' },
  { type: 'enumeration', fieldType: 'checkbox', value: () => 'b;a' },
] as const

const stack = new AsyncDisposableStack()
let directory = ''
let database: TestDatabase
let environment: NodeJS.ProcessEnv
let analysis: Analysis
let simulator: Awaited<ReturnType<typeof startTestSimulator>>
const said = new Map<string, NodeResult>()

beforeAll(async () => {
  simulator = stack.use(await startTestSimulator({ records: { tickets: records } }))
  for (let index = 0; index < madeProperties; index += 1) {
    simulator.store.addProperty(ticketType, madeProperty(index))
  }
  let place = 0
  for (const { id } of [...simulator.store.scan(ticketType, 0n, { archived: false })]) {
    const values: Record<string, string> = {}
    for (let index = place % 5; index < madeProperties; index += 5) {
      values[`made_${index}`] = madeValue(index)
    }
    simulator.store.update(ticketType, id, values)
    place += 1
  }
  directory = stack.use(await temporaryDirectory()).path
  database = stack.use(await createDatabase())
  environment = {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
    DATABASE_URL: database.url,
  }
  for (const command of ['explore tickets', 'generate tickets', 'migrate', 'sync tickets']) {
    said.set(command, await runHubgen(directory, command.split(' '), environment))
  }
  analysis = readAnalysis()
}, 180_000)

afterAll(() => stack.disposeAsync())

function madeProperty(index: number): Property {
  const { type, fieldType } = kindOf(index)
  return {
    name: `made_${index}`,
    label: `Made ${index}`,
    type,
    fieldType,
    description: '',
    groupName: 'ticketinformation',
    options:
      type === 'enumeration'
        ? [
            { value: 'a', label: 'Label A', hidden: false },
            { value: 'b', label: 'Label B', hidden: false },
          ]
        : [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: false,
    formField: true,
    modificationMetadata: {},
    dataSensitivity: 'non_sensitive',
  }
}

function kindOf(index: number) {
  return kinds[index % kinds.length] ?? kinds[0]
}

function madeValue(index: number): string {
  return kindOf(index).value(index)
}

function readAnalysis(): Analysis {
  const path = join(directory, 'generated/tickets/analysis.json')
  const parsed = parseAnalysis(readFileSync(path, 'utf8'))
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  return parsed.analysis
}

function run(command: string): Promise<NodeResult> {
  return runHubgen(directory, command.split(' '), environment)
}

/** Text of one property in every row, from its column or from the overflow column. */
async function readText(property: AnalyzedProperty): Promise<Map<string, string | null>> {
  const { name } = property.column
  const value = hasOwnColumn(property) ? `"${name}"::text` : `overflow ->> '${name}'`
  const rows = await database.query<{ id: string; value: string | null }>(
    `SELECT id, ${value} AS value FROM hubspot.ticket`,
  )
  return new Map(rows.map(({ id, value }) => [id, value]))
}

describe('a portal with more properties than a table has columns', () => {
  test('is explored, generated, migrated and synced by the usual commands', () => {
    for (const [command, { exitCode, errors }] of said) {
      expect([command, exitCode, errors]).toEqual([command, 0, ''])
    }
    expect(analysis.properties.length).toBeGreaterThan(madeProperties)
  })

  test('has columns for what is indexed or joined, and one column for the rest', async () => {
    const overflow = overflowProperties(analysis)
    expect(overflow.length).toBeGreaterThan(1_200)
    const own = new Set(analysis.properties.filter(hasOwnColumn).map(({ name }) => name))
    for (const name of ['subject', 'hs_pipeline', 'hs_pipeline_stage', 'hubspot_owner_id']) {
      expect([name, own.has(name)]).toEqual([name, true])
    }
    const columns = await database.query(
      `SELECT attname FROM pg_attribute WHERE attrelid = 'hubspot.ticket'::regclass AND attnum > 0`,
    )
    expect(columns).toHaveLength(own.size + 7)
    const summary = readFileSync(join(directory, 'generated/tickets/summary.txt'), 'utf8')
    const count = overflow.length.toLocaleString('en-US')
    expect(summary).toContain(`${count} properties share the column \`overflow\``)
    expect(said.get('explore tickets')?.output).toContain(
      `${overflow.length} properties are in \`overflow\``,
    )
  })

  test('every value is in its column or in the overflow column', async () => {
    const made = analysis.properties.filter(({ name }) => name.startsWith('made_'))
    const sample = made.filter((_, index) => index % 23 === 0)
    const stored = [...simulator.store.scan(ticketType, 0n, { archived: false })]
    expect(sample.filter((one) => !hasOwnColumn(one)).length).toBeGreaterThan(30)
    expect(sample.filter(hasOwnColumn).length).toBeGreaterThan(10)
    for (const property of sample) {
      const found = await readText(property)
      expect(found.size).toBe(stored.length)
      for (const record of stored) {
        const raw = record.value(property.name) ?? null
        const value = found.get(record.id) ?? null
        expect([property.name, value === null]).toEqual([property.name, raw === null])
        if (property.column.type === 'text') expect(value).toBe(raw)
      }
    }
  })

  test('the labelled view gives every property that has room in it its type and its labels', async () => {
    const view = `hubspot.${labelledViewName('ticket')}`
    const columns = await database.query<{ attname: string; type: string }>(
      `SELECT attname, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = '${view}'::regclass AND attnum > 0 ORDER BY attnum`,
    )
    expect(columns).toHaveLength(1_600)
    expect(columns.at(-1)).toEqual({ attname: 'overflow', type: 'jsonb' })
    const types = new Map(columns.map(({ attname, type }) => [attname, type]))
    const shown = overflowProperties(analysis).filter(
      ({ name, column }) => name.startsWith('made_') && types.has(column.name),
    )
    const wanted = [
      'text',
      'numeric',
      'boolean',
      'date',
      'timestamp with time zone',
      'text',
      'text[]',
    ]
    for (const [kind, type] of wanted.entries()) {
      const property = shown.find(({ name }) => Number(name.slice(5)) % kinds.length === kind)
      const name = property?.column.name ?? ''
      expect([name, types.get(name)]).toEqual([name, type])
      const rows = await database.query<{ value: unknown }>(
        `SELECT ${name} AS value FROM ${view} WHERE ${name} IS NOT NULL`,
      )
      expect(rows.length).toBeGreaterThan(10)
      if (kind === 1) expect(rows[0]?.value).toBe(madeValue(Number(name.slice(14))))
      if (kind === 2) expect(rows[0]?.value).toBe(true)
      if (kind === 5) expect(rows[0]?.value).toBe('Label B')
      if (kind === 6) expect(rows[0]?.value).toEqual(['Label B', 'Label A'])
    }
  })

  test('the generated types compile, and know the keys of the overflow column', () => {
    const config = join(directory, 'tsconfig.json')
    const [property] = overflowProperties(analysis)
    const shown = property?.column.name
    writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
    writeFileSync(
      join(directory, 'use.ts'),
      `import { Kysely } from '${root}node_modules/kysely/dist/index.js'
import type { Database } from './generated/index.ts'
declare const db: Kysely<Database>
const [row] = await db.selectFrom('hubspot.ticket').select('overflow').execute()
export const text: string | undefined = row?.overflow.${shown}
// @ts-expect-error
export const nothing = row?.overflow.not_there
const [labelled] = await db.selectFrom('hubspot.ticket_labelled').select('property_subject').execute()
export const subject: string | null | undefined = labelled?.property_subject
`,
    )
    writeFileSync(
      config,
      JSON.stringify({
        extends: `${root}tsconfig.json`,
        compilerOptions: {
          types: ['node'],
          typeRoots: [`${root}node_modules/@types`],
          paths: { 'hubgen/generated': [`${root}runtime/generated.ts`] },
        },
        include: [`${directory}/**/*.ts`],
      }),
    )
    expect(compile(config).output).toBe('')
  })

  test('kysely-codegen reads the table back as table.ts describes it', async () => {
    await using scratch = await createDatabase()
    await using kysely = await openDatabase(
      readDatabaseSettings({ DATABASE_URL: scratch.url }, directory),
    )
    const [testimony] = await witnessFolder(join(directory, 'generated'), kysely)
    expect(testimony?.differences).toEqual([])
    expect(testimony?.columns).toBeGreaterThan(500)
  })

  test('what is unchanged is not written again; a changed value is', async () => {
    const again = await run('sync tickets --json')
    expect(lastEvent(again.output)).toMatchObject({ inserted: 0, updated: 0 })
    const [record] = simulator.store.scan(ticketType, 0n, { archived: false })
    const property = overflowProperties(analysis).find(({ column }) => column.type === 'text')
    simulator.store.update(ticketType, record?.id ?? '', { [property?.name ?? '']: 'other' })
    expect(lastEvent((await run('sync tickets --json')).output)).toMatchObject({ updated: 1 })
    if (property !== undefined) {
      expect((await readText(property)).get(record?.id ?? '')).toBe('other')
    }
  })

  test('an archived property keeps its values, a new one shares the overflow column, and neither moves', async () => {
    const property = overflowProperties(analysis).find(({ name }) => name.startsWith('made_'))
    if (property === undefined) throw new Error('no property was moved out')
    const before = await readText(property)
    const [id = ''] = [...before].find(([, value]) => value !== null) ?? []
    simulator.store.archiveProperty(ticketType, property.name)
    simulator.store.addProperty(ticketType, { ...madeProperty(0), name: 'came_later' })
    simulator.store.update(ticketType, id, { came_later: 'here' })
    const commands = ['explore tickets', 'generate tickets', 'migrate', 'sync tickets']
    for (const command of commands) {
      const { exitCode, errors } = await run(command)
      expect([command, exitCode, errors]).toEqual([command, 0, ''])
    }
    const after = readAnalysis()
    const placed = new Map(analysis.properties.map((one) => [one.name, hasOwnColumn(one)]))
    for (const one of after.properties) {
      expect([one.name, hasOwnColumn(one)]).toEqual([one.name, placed.get(one.name) ?? false])
    }
    expect((await readText(property)).get(id)).toBe(before.get(id))
    const added = after.properties.find(({ name }) => name === 'came_later')
    if (added === undefined) throw new Error('the new property was not explored')
    expect((await readText(added)).get(id)).toBe('here')
    const statements = await database.query<{ name: string }>('SELECT name FROM hubgen.migration')
    expect(statements.length).toBeLessThanOrEqual(2)
    expect(lastEvent((await run('sync tickets --json')).output)).toMatchObject({ updated: 0 })
  })
})

function lastEvent(output: string): unknown {
  const events = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type?: string; report?: unknown })
  return events.find(({ type }) => type === 'run_finished')?.report
}
