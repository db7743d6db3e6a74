import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Analysis } from '../../generator/model/analysis.ts'
import { createDatabase, type TestDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project
let database: TestDatabase

beforeAll(async () => {
  project = await openProject({ records: { notes: 20 } })
  database = await createDatabase()
  project.environment['DATABASE_URL'] = database.url
  await run('explore', 'notes')
  await bring()
})
afterAll(async () => {
  await project[Symbol.asyncDispose]()
  await database.close()
})

async function run(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect({ args, exitCode, err }).toEqual({ args, exitCode: 0, err: '' })
  return out
}

/** The commands that follow an edit. */
async function bring(): Promise<void> {
  await run('generate', 'notes')
  await run('migrate')
  await run('sync', 'notes')
}

async function edit(change: (analysis: Analysis) => object): Promise<void> {
  const path = 'generated/notes/analysis.json'
  const edited = change(JSON.parse(await project.read(path)))
  await project.write(path, JSON.stringify(edited, null, 2))
}

/** Explores, which writes the file in its own form, and gives the analysis. */
async function explored(): Promise<Analysis> {
  await run('explore', 'notes')
  expect(await run('explore', 'notes')).toContain('(unchanged)')
  return JSON.parse(await project.read('generated/notes/analysis.json'))
}

const column = (property: string, change: object) => (analysis: Analysis) => ({
  ...analysis,
  properties: analysis.properties.map((one) =>
    one.name === property ? { ...one, column: { ...one.column, ...change } } : one,
  ),
})

test('a name: the new column is filled for every record, the old one stays, and explore keeps it', async () => {
  await edit(column('hs_note_body', { name: 'the "body"' }))
  await bring()
  const [row] = await database.query(`
    SELECT count(*) AS records, count(property_hs_note_body) AS before, count("the ""body""") AS now,
      count(*) FILTER (WHERE property_hs_note_body IS DISTINCT FROM "the ""body""") AS different
    FROM hubspot.note WHERE NOT is_deleted`)
  expect(row).toMatchObject({ different: '0' })
  expect(Number(row?.['now'])).toBeGreaterThan(0)
  const { properties } = await explored()
  expect(properties.map(({ column }) => column.name)).toContain('the "body"')
})

test('an index and history: there while they are asked for; the table of former values stays after', async () => {
  const indexes = () =>
    database.query(
      `SELECT FROM pg_indexes WHERE tablename = 'note' AND indexname LIKE '%hs_attachment_ids'`,
    )
  await edit((one) => ({ ...one, extraIndexes: ['hs_attachment_ids'], history: ['hs_note_body'] }))
  await bring()
  expect(await indexes()).toHaveLength(1)
  expect(await explored()).toMatchObject({
    extraIndexes: ['hs_attachment_ids'],
    history: ['hs_note_body'],
  })
  expect(await database.query('SELECT FROM hubspot.note_property_history')).not.toHaveLength(0)
  await edit(({ extraIndexes: _1, history: _2, ...one }) => one)
  await bring()
  expect(await indexes()).toHaveLength(0)
  expect(await database.query('SELECT FROM hubspot.note_property_history')).not.toHaveLength(0)
})

test('a property that was taken out comes back with the column that it had', async () => {
  await edit((one) => ({
    ...one,
    properties: one.properties.filter(({ name }) => name !== 'hs_attachment_ids'),
  }))
  expect(await run('generate', 'notes')).toContain('property_hs_attachment_ids')
  expect(await run('explore', 'notes')).toContain('(hs_attachment_ids,')
  await bring()
  expect(await run('generate', 'notes')).toContain('written 0')
})

test('the type of a column that exists is refused, and the fix that it names works', async () => {
  await edit(column('hs_createdate', { type: 'date' }))
  const { exitCode, err } = await project.hubgen('generate', 'notes')
  expect(exitCode).toBe(1)
  expect(err).toContain('error[COLUMN_RETYPED]')
  const [, choice] = /write `(types: .*?)` (?:in)?to hubgen\.config\.ts/.exec(err) ?? []
  expect(choice).toBe(`types: { notes: { "hs_createdate": 'date' } }`)
  await edit(column('hs_createdate', { type: 'timestamptz' }))
  await project.write('hubgen.config.ts', `export default { ${choice} }`)
  await run('explore', 'notes')
  await bring()
  const [row] = await database.query(`
    SELECT count(*) FILTER (WHERE (property_hs_createdate AT TIME ZONE 'UTC')::date
      IS DISTINCT FROM property_hs_createdate__date) AS different, count(property_hs_createdate__date) AS filled
    FROM hubspot.note`)
  expect(row).toMatchObject({ different: '0' })
  expect(Number(row?.['filled'])).toBeGreaterThan(0)
})
