import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Analysis, AnalyzedProperty } from '../../generator/model/analysis.ts'
import { createDatabase } from '../support/postgres.ts'
import { openProject, type Project } from '../support/project.ts'

let project: Project

beforeAll(async () => {
  project = await openProject({ records: { deals: 30 } })
})
afterAll(() => project[Symbol.asyncDispose]())

async function run(...args: readonly string[]): Promise<string> {
  const { exitCode, out, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  return out
}

const configure = (config: object) =>
  project.write('hubgen.config.ts', `export default ${JSON.stringify(config)}\n`)

async function analysis(entity = 'deals'): Promise<Analysis> {
  return JSON.parse(await project.read(`generated/${entity}/analysis.json`)) as Analysis
}

async function property(name: string): Promise<AnalyzedProperty | undefined> {
  return (await analysis()).properties.find((one) => one.name === name)
}

describe('hubgen explore with a configuration', () => {
  test('writes its decisions down, each with the reason, and they reach the database', async () => {
    await using database = await createDatabase()
    project.environment['DATABASE_URL'] = database.url
    await configure({
      schema: 'crm',
      entities: ['deals'],
      exclude: { deals: ['hs_analytics_*', 'dealtype', 'nothing_*'] },
      columns: { deal: { amount: 'deal size' } },
      types: { deals: { closedate: 'date' } },
      indexes: { deals: ['amount'] },
    })
    const out = await run('explore', '--all')
    expect(out).toContain('hubgen.config.ts: exclude.deals: `nothing_*` matches no property')
    expect(out).toContain('1 entity from portal')
    const { schema, extraIndexes, skipped } = await analysis()
    expect({ schema, extraIndexes }).toEqual({ schema: 'crm', extraIndexes: ['amount'] })
    expect(skipped).toContainEqual(
      expect.objectContaining({
        name: 'dealtype',
        reason: 'hubgen.config.ts says to leave out `dealtype`.',
      }),
    )
    expect((await property('amount'))?.column).toEqual({
      name: 'deal size',
      type: 'numeric',
      reason:
        'HubSpot declares `number`; numeric keeps every digit. hubgen.config.ts says the column is called `deal size`.',
    })
    expect((await property('closedate'))?.column).toMatchObject({
      type: 'date',
      reason: 'hubgen.config.ts says date.',
    })
    expect(await run('explore', 'deals')).toContain('(unchanged)')
    await run('generate', 'deals')
    await run('migrate')
    await run('sync', 'deals', '10')
    const [row] = await database.query(`SELECT count("deal size") AS filled FROM crm.deal`)
    expect(Number(row?.['filled'])).toBeGreaterThan(0)
    expect(await run('diff', '--all')).toContain('no drift')
    const [schemas] = await database.query(
      `SELECT count(*) FROM pg_namespace WHERE nspname = 'hubspot'`,
    )
    expect(schemas).toEqual({ count: '0' })
  })

  test('keeps the column of a property that it leaves out later, and brings it back', async () => {
    const config = { schema: 'crm', exclude: { deals: ['hs_analytics_*', 'dealtype'] } }
    await configure({ ...config, exclude: { deals: [...config.exclude.deals, 'pipeline'] } })
    expect(await run('explore', 'deals')).toMatch(
      /"Pipeline" \(pipeline, enumeration\) is left out by\s+hubgen\.config\.ts/,
    )
    expect(await property('pipeline')).toMatchObject({ archived: true, excluded: true })
    await run('generate', 'deals')
    expect(await project.read('generated/deals/properties.ts')).not.toContain("'pipeline'")
    expect(await project.read('generated/deals/schema.sql')).toContain(
      '(deprecated: left out by hubgen.config.ts, no longer synced)',
    )
    await configure(config)
    expect(await run('explore', 'deals')).toMatch(/"Pipeline" \(pipeline, enumeration\) restored/)
    expect(await property('pipeline')).not.toHaveProperty('excluded')
  })

  test('takes a choice that is taken back as a decision that stays', async () => {
    await configure({})
    await run('explore', 'deals')
    expect((await property('amount'))?.column.name).toBe('deal size')
    expect((await analysis()).schema).toBe('crm')
  })

  test('gives a new type a second column if the column exists', async () => {
    await configure({ types: { deals: { dealname: 'numeric' } } })
    await run('explore', 'deals')
    expect(await property('dealname')).toMatchObject({
      column: { name: 'property_dealname__numeric', reason: 'hubgen.config.ts says numeric.' },
      earlierColumns: [{ name: 'property_dealname', type: 'text' }],
    })
    expect(await run('explore', 'deals')).toContain('(unchanged)')
  })

  test('keeps the name of a column that was generated, and says what to do instead', async () => {
    const before = await project.read('generated/deals/analysis.json')
    await configure({ columns: { deals: { amount: 'size', dealname: 'title' } } })
    for (const command of [
      ['explore', 'deals'],
      ['diff', 'deals'],
    ]) {
      const { exitCode, err } = await project.hubgen(...command)
      expect(exitCode).not.toBe(0)
      expect(err).toContain('error[COLUMN_NAMED]: a column keeps the name')
      expect(err).toContain('- `amount` has column `deal size`, not `size`')
      expect(err).toContain("fix: set `columns: { deals: { amount: 'deal size' } }`")
    }
    expect(await project.read('generated/deals/analysis.json')).toBe(before)
    // The second column, of another type, has its own name; the choice still names the first one.
    await configure({
      columns: { deals: { dealname: 'property_dealname' } },
      types: { deals: { dealname: 'numeric' } },
    })
    expect(await run('explore', 'deals')).toContain('(unchanged)')
  })

  test('runs TypeScript that imports hubgen, whatever package.json says', async () => {
    await project.write('package.json', '{ "type": "commonjs" }')
    const typed = `import { defineConfig, type HubgenConfig } from 'hubgen/config'
      export default defineConfig({ exclude: { notes: ['hs_*'] } } satisfies HubgenConfig)\n`
    await project.write('hubgen.config.ts', typed)
    await run('explore', 'notes')
    expect((await analysis('notes')).skipped.length).toBeGreaterThan(5)
    await project.write('hubgen.config.ts', `enum A { B }\n${typed}`)
    const { exitCode, err } = await project.hubgen('explore', 'notes')
    expect(exitCode).toBe(1)
    expect(err).toMatch(/error\[CONFIG_UNREADABLE\]: the configuration cannot be loaded: .*enum/)
    expect(err).toContain('  at   hubgen.config.ts')
  })

  test.each([
    ['process.exit(0)', 'it calls `exit`'],
    [`import { exit } from 'node:process'; exit(0)`, 'it calls `exit`'],
    ['await new Promise(() => {})', 'it waits for what never comes'],
  ])(
    'reports a configuration that would end the process, or never ends: %s',
    async (code, reason) => {
      await project.write('hubgen.config.ts', `${code}\nexport default {}\n`)
      const { exitCode, err } = await project.hubgen('explore', 'deals')
      expect(err).toContain('error[CONFIG_UNREADABLE]: the configuration cannot be loaded: ')
      expect(err).toContain(reason)
      expect(exitCode).toBe(1)
    },
  )

  test.each([
    [
      {
        columns: { deals: { amoumt: 'x' } },
        indexes: { deals: ['closedat'] },
        history: { deals: ['dealstag'] },
      },
      'CONFIG_INVALID',
      [
        'columns.deals: `deals` has no property `amoumt`; did you mean `amount`?',
        'indexes.deals: `deals` has no property `closedat`; did you mean `closedate`?',
        'history.deals: `deals` has no property `dealstag`; did you mean `dealstage`?',
      ],
    ],
    [
      { schema: 'other' },
      'SCHEMA_CHANGED',
      ['table in schema `crm`, the configuration says `other`'],
    ],
    [{ entites: [] }, 'CONFIG_INVALID', ['`entites` is not a setting; did you mean `entities`?']],
    [
      { columns: { deals: { pipeline: 'property_dealstage' } } },
      'CONFIG_INVALID',
      ['columns.deals: `property_dealstage` is already the column of `dealstage`'],
    ],
  ])('refuses %j and changes nothing', async (config, code, texts) => {
    const before = await analysis()
    await configure(config)
    const { exitCode, err } = await project.hubgen('explore', 'deals')
    expect(exitCode).toBe(1)
    expect(err).toContain(`error[${code}]`)
    for (const text of texts) expect(err).toContain(text)
    expect(await analysis()).toEqual(before)
  })
})
