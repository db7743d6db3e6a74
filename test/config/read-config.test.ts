import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { chooseFor } from '../../generator/config/choose.ts'
import { type Config, readConfig } from '../../generator/config/read-config.ts'
import { NO_CHOICES } from '../../generator/model/choices.ts'
import { fitsPattern } from '../../generator/model/glob.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { anyCharacter } from '../support/any-character.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let folder: string

beforeEach(async () => {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory[Symbol.asyncDispose]())
  folder = directory.path
})

const write = (file: string, text: string) => writeFile(join(folder, file), text)

async function read(text: string): Promise<Config | null> {
  await write('hubgen.config.ts', text)
  return readConfig(folder)
}

async function problemsOf(config: object): Promise<readonly string[]> {
  const error = await failure(read(`export default ${JSON.stringify(config)}`))
  expect(error).toMatchObject({ code: 'CONFIG_INVALID', at: 'hubgen.config.ts' })
  return error.message.split('\n  - ').slice(1)
}

async function failure(reading: Promise<unknown>): Promise<HubgenError> {
  const error = await reading.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof HubgenError) return error
  throw new Error(`expected a HubgenError, got ${String(error)}`)
}

describe('readConfig', () => {
  test('gives null without a file, and what a TypeScript file says', async () => {
    expect(await readConfig(folder)).toBeNull()
    const config = await read(`import type { join } from 'node:path'
      const columns: Record<string, unknown> = { deals: { deal_size: 'size' } }
      export default { schema: 'crm', entities: ['deals'], columns }`)
    expect(config).toEqual({
      file: 'hubgen.config.ts',
      schema: 'crm',
      entities: ['deals'],
      columns: { deals: { deal_size: 'size' } },
    })
  })

  test('leaves the process its own `exit` after two files that are read at once', async () => {
    const { exit } = process
    await using other = await temporaryDirectory()
    await write('hubgen.config.ts', "export default { schema: 'crm' }")
    await writeFile(
      join(other.path, 'hubgen.config.ts'),
      'await new Promise((wake) => setTimeout(wake, 5))\nexport default {}',
    )
    await Promise.all([readConfig(folder), readConfig(other.path)])
    const isBack = process.exit === exit
    process.exit = exit
    expect(isBack).toBe(true)
  })

  test.each(['hubgen.config.mts', 'hubgen.config.mjs', 'hubgen.config.js'])(
    'takes %s as well, but not two files',
    async (file) => {
      await write(file, `export default { schema: 'crm' }`)
      expect(await readConfig(folder)).toEqual({ file, schema: 'crm' })
      await write('hubgen.config.ts', 'export default {}')
      expect((await failure(readConfig(folder))).message).toContain(`\`${file}\` exists as well`)
    },
  )

  test('says every problem at once, and the nearest right word', async () => {
    expect(
      await problemsOf({
        entites: ['deals'],
        something: 1,
        schema: 'Hub Spot',
        entities: ['dealz', '*'],
        exclude: { contcats: ['x'], deals: 'hs_*' },
        columns: { deals: { a: 'id', b: 'same', c: 'same', d: 'x'.repeat(64) } },
        types: { deals: { amount: 'nummeric', size: 'int' } },
        indexes: { '*': ['amount'] },
        history: { dealz: ['x'], deals: 'amount' },
      }),
    ).toEqual([
      'schema: must be lower-case letters, digits and `_`, beginning with a letter',
      'entities.0: there is no entity `dealz`; did you mean `deals`?',
      'entities.1: name an entity; `*` is valid only in `include`, `exclude`, `quality`, `deletes` and `readBack`',
      'exclude.contcats: there is no entity `contcats`; did you mean `contacts`?',
      'exclude.deals: invalid input: expected array, received string',
      'columns.deals.a: `id` is a column that every table has',
      `columns.deals.d: \`${'x'.repeat(64)}\` has 64 bytes, Postgres allows 63`,
      'columns.deals.c: `same` is already the column of `b`',
      'types.deals.amount: `nummeric` is not a column type; did you mean `numeric`?',
      'types.deals.size: `int` is not a column type; choose from `text`, `numeric`, `bigint`, `boolean`, `date`, `timestamptz`, `jsonb`',
      'indexes.*: name an entity; `*` is valid only in `include`, `exclude`, `quality`, `deletes` and `readBack`',
      'history.dealz: there is no entity `dealz`; did you mean `deals`?',
      'history.deals: invalid input: expected array, received string',
      '`entites` is not a setting; did you mean `entities`?',
      '`something` is not a setting; there are `schema`, `compat`, `entities`, `resources`, `include`, `exclude`, `columns`, `types`, `indexes`, `history`, `quality`, `deletes`, `readBack`, `lookAt`, `keepRuns`, `archivedBefore`, `whenGone`, `environment`, `portalName`, `alerts`',
    ])
  })

  test.each(['3:00', '24:00', '03:60', 'night', 3])('has no time of day %j', async (lookAt) => {
    expect(await problemsOf({ lookAt })).toEqual([
      `lookAt: takes a time of day from \`00:00\` to \`23:59\`, such as \`03:00\`, found \`${JSON.stringify(lookAt)}\``,
    ])
  })

  test('has text that pages show: one short line', async () => {
    const shown = { environment: ' production ', portalName: "Müller & Söhne <b>'x'</b>" }
    expect(await read(`export default ${JSON.stringify(shown)}`)).toMatchObject({
      environment: 'production',
      portalName: shown.portalName,
    })
  })

  test('cannot show text of several lines, an empty one or a long one', async () => {
    expect(await problemsOf({ environment: 'a\nb', portalName: ' ' })).toEqual([
      'environment: takes one line of 1 to 40 characters, found `"a\\nb"`',
      'portalName: takes one line of 1 to 40 characters, found `""`',
    ])
  })

  test('needs a default export', async () => {
    expect(await failure(read('export const config = {}'))).toMatchObject({
      message: expect.stringContaining('it needs `export default defineConfig({ … })`'),
    })
  })

  test.each([['hubgen'], ['pg_catalog']])('keeps tables out of schema %s', async (schema) => {
    expect(await problemsOf({ schema })).toEqual([
      `schema: \`${schema}\` belongs to hubgen's own tables or to Postgres`,
    ])
  })

  test.each([
    ['export default {', /Unexpected|expected/i],
    [`throw new Error('not today')`, /not today/],
    [`import './missing.ts'\nexport default {}`, /missing\.ts/],
  ])('cannot load %j', async (text, message) => {
    const error = await failure(read(text))
    expect(error).toMatchObject({ code: 'CONFIG_UNREADABLE', at: 'hubgen.config.ts' })
    expect(error.message).toMatch(message)
  })
})

describe('choices', () => {
  const deals = { entity: 'deals', table: 'deal', objectType: { id: '0-3', name: 'deals' } }
  const car = { entity: 'car', table: 'car', objectType: { id: '2-5', name: 'p1_Car' } }
  const config: Config = {
    file: 'hubgen.config.ts',
    include: { Deal: ['deal*', 'amount'], '0-3': ['hs_?d'] },
    exclude: { '*': ['*_secret'], P1_CAR: ['x'] },
    columns: { deal: { amount: 'size' } },
    types: { '2-5': { year: 'bigint' } },
    indexes: { deals: ['closedate'] },
  }

  test('are nothing without a configuration', () => {
    expect(chooseFor(null, deals)).toBe(NO_CHOICES)
  })

  test('go by every name of an entity', () => {
    const chosen = chooseFor(config, deals)
    expect([...chosen.columns]).toEqual([['amount', 'size']])
    expect(chosen.types.size).toBe(0)
    expect(chosen.indexes).toEqual(['closedate'])
    expect([...chooseFor(config, car).types]).toEqual([['year', 'bigint']])
  })

  test.each([
    ['amount', null],
    ['dealname', null],
    ['hs_id', null],
    ['hs_idx', 'hubgen.config.ts says which properties to include, and this is none of them.'],
    ['deal_secret', 'hubgen.config.ts says to leave out `*_secret`.'],
  ])('leave out %s or not', (property, reason) => {
    expect(chooseFor(config, deals).excludedBecause(property)).toBe(reason)
  })

  test('of an entity without include leave out only what is excluded', () => {
    const { excludedBecause } = chooseFor(config, car)
    expect(excludedBecause('year')).toBeNull()
    expect(excludedBecause('x')).toBe('hubgen.config.ts says to leave out `x`.')
  })
})

describe('patterns', () => {
  test('fit themselves when they have no star, whatever they contain', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter }), (name) => {
        fc.pre(!/[*?]/.test(name) && name.isWellFormed())
        expect(fitsPattern(name, name)).toBe(true)
        expect(fitsPattern(name, `${name}x`)).toBe(false)
        expect(fitsPattern(`*${name}?`, `${name}${name}x`)).toBe(true)
      }),
    )
  })
})
