import { spawnSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { chooseFor } from '../../generator/config/choose.ts'
import type { Config } from '../../generator/config/read-config.ts'
import { applyPlan } from '../../generator/disk/generated-folder.ts'
import { type Exploration, exploreSavedFile } from '../../generator/explore/explore-portal.ts'
import { type Analysis, COLUMN_TYPES } from '../../generator/model/analysis.ts'
import { parseAnalysis, serializeAnalysis } from '../../generator/model/analysis-file.ts'
import { buildAnalysis } from '../../generator/model/build-analysis.ts'
import { NO_CHOICES } from '../../generator/model/choices.ts'
import { planGeneration } from '../../generator/project/plan-generation.ts'
import { dealFacts, defineProperty } from '../support/entity-facts.ts'
import '../support/vitest/property-seed.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let directory: string

beforeEach(async () => {
  const folder = await temporaryDirectory()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  directory = folder.path
})

const analysisFile = () => join(directory, 'deals', 'analysis.json')
const summaryFile = () => join(directory, 'deals', 'summary.txt')

async function explore(
  names: readonly string[],
  config: Partial<Config> | null = null,
): Promise<Exploration> {
  const saved = join(directory, '.saved.json')
  const properties = ['hs_object_id:number', 'dealname:string', 'createdate:datetime', ...names]
  await writeFile(
    saved,
    JSON.stringify({
      results: properties.map((text) => {
        const [name, type = 'string'] = text.split(':')
        return { name, label: name, type, fieldType: 'text', groupName: 'g', options: [] }
      }),
    }),
  )
  const chosen = config === null ? null : { file: 'hubgen.config.ts', ...config }
  const { explored } = await exploreSavedFile(directory, 'deals', saved, (target) =>
    chooseFor(chosen, target),
  )
  const [exploration] = explored
  if (exploration === undefined) throw new Error('nothing was explored')
  const [unseen, ...notes] = exploration.notes
  expect(unseen).toMatch(/^not seen in the file: /)
  return { ...exploration, notes }
}

async function edit(change: (analysis: Analysis) => object): Promise<void> {
  const analysis = JSON.parse(await readFile(analysisFile(), 'utf8')) as Analysis
  await writeFile(analysisFile(), JSON.stringify(change(analysis), null, 2))
}

const typing = (name: string, type: string) => (analysis: Analysis) => ({
  ...analysis,
  properties: analysis.properties.map((property) =>
    property.name === name ? { ...property, column: { ...property.column, type } } : property,
  ),
})

async function generate(): Promise<readonly string[]> {
  const { plan } = await planGeneration(directory, 'all', 'kept')
  if (plan.edited.length === 0) await applyPlan(directory, plan)
  return plan.edited
}

const read = (path: string) => readFile(join(directory, path), 'utf8')

describe('a type edited after explore', () => {
  test('is generated, and stays, for the first time and for a property that came later', async () => {
    await explore(['x'])
    await edit(typing('x', 'numeric'))
    expect(await generate()).toEqual([])
    expect(await read('deals/schema.sql')).toMatch(/property_x +numeric/)
    await explore(['x', 'y'])
    await edit(typing('y', 'date'))
    expect(await generate()).toEqual([])
    expect(await read('deals/schema.sql')).toMatch(/property_y +date/)
    expect(await explore(['x', 'y'])).toMatchObject({ outcome: 'written' })
    expect(await read('deals/analysis.json')).toContain('Set to date in analysis.json')
    expect(await generate()).toEqual([])
    expect(await explore(['x', 'y'])).toMatchObject({ outcome: 'unchanged' })
  })

  test('in a file that an editor saved with a byte order mark', async () => {
    await explore(['x'])
    await writeFile(analysisFile(), `\ufeff${await read('deals/analysis.json')}`)
    expect(await generate()).toEqual([])
    await explore(['x', 'y'])
    expect(await read('deals/analysis.json')).toContain('"y"')
    await writeFile(join(directory, 'hubgen.sum'), `\ufeff${await read('hubgen.sum')}`)
    expect(await generate()).toEqual([])
  })
})

describe('summary.txt', () => {
  test('has its checksum in hubgen.sum from the start', async () => {
    await explore(['x'])
    const { status } = spawnSync('sha256sum', ['-c', 'hubgen.sum'], { cwd: directory })
    expect(status).toBe(0)
    expect(await explore(['x'])).toMatchObject({ outcome: 'unchanged', notes: [] })
  })

  test('edited by hand is left alone, said, and stops generate', async () => {
    await explore(['x'])
    await generate()
    await writeFile(summaryFile(), 'my notes\n')
    const { outcome, notes } = await explore(['x', 'y'])
    expect(outcome).toBe('written')
    expect(notes).toEqual([expect.stringMatching(/^deals\/summary\.txt was edited by hand/)])
    expect(await read('deals/summary.txt')).toBe('my notes\n')
    expect(await generate()).toEqual(['deals/summary.txt'])
  })

  test('of an earlier hubgen, which noted no checksum, is replaced', async () => {
    await explore(['x'])
    await writeFile(join(directory, 'hubgen.sum'), '')
    expect(await explore(['x', 'y'])).toMatchObject({ notes: [] })
    expect(await generate()).toEqual([])
  })
})

describe('names', () => {
  test('a new property gets no column that another one had before', async () => {
    await explore(['x'])
    await generate()
    await explore(['x'], { types: { deals: { x: 'numeric' } } })
    await explore(['x'], { types: { deals: { x: 'text' } } })
    await explore(['x', 'x__numeric'])
    const parsed = parseAnalysis(await read('deals/analysis.json'))
    expect(parsed).toMatchObject({ analysis: {} })
    const names = 'analysis' in parsed ? columnNames(parsed.analysis) : []
    expect(new Set(names).size).toBe(names.length)
    expect(await generate()).toEqual([])
    expect(await explore(['x', 'x__numeric'])).toMatchObject({ outcome: 'unchanged' })
  })

  test.each([
    ['had before it got another type', { x: 'numeric' }],
    ['has', {}],
  ] as const)(
    'a chosen name that another property %s is refused in the configuration',
    async (_, types) => {
      await explore(['x'])
      await generate()
      await explore(['x'], { types: { deals: types } })
      const before = await read('deals/analysis.json')
      const columns = { deals: { y: 'property_x' } }
      await expect(explore(['x', 'y'], { types: { deals: types }, columns })).rejects.toMatchObject(
        {
          code: 'CONFIG_INVALID',
          at: 'hubgen.config.ts',
          message: expect.stringContaining(
            'columns.deals: `property_x` is already the column of `x`, so `y` cannot have it',
          ),
        },
      )
      expect(await read('deals/analysis.json')).toBe(before)
    },
  )

  const steps = fc.array(
    fc.record({
      properties: fc.subarray(['x', 'x__numeric', 'x__text', 'x__date', 'y', 'y__numeric'], {
        minLength: 1,
      }),
      types: fc.dictionary(
        fc.constantFrom('x', 'x__numeric', 'y'),
        fc.constantFrom(...COLUMN_TYPES),
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )

  test('whatever comes and is retyped in turn, what is written can be read', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        let earlier: Analysis | null = null
        for (const { properties, types } of taken) {
          const facts = dealFacts(properties.map((name) => defineProperty(name)))
          const choices = { ...NO_CHOICES, types: new Map(Object.entries(types)) }
          const { analysis, problems } = buildAnalysis(facts, earlier, null, choices)
          expect(problems).toEqual([])
          expect(parseAnalysis(serializeAnalysis(analysis))).toMatchObject({ analysis: {} })
          earlier = analysis
        }
      }),
    )
  })
})

function columnNames({ properties }: Analysis): readonly string[] {
  return properties.flatMap(({ column, earlierColumns = [] }) =>
    [column, ...earlierColumns].map(({ name }) => name),
  )
}

describe('what is no decision is refused where it was edited', () => {
  test.each<[string, (analysis: Analysis) => object, string]>([
    [
      'table',
      (one) => ({ ...one, table: 'opportunity' }),
      'table: must be `deal`, found `opportunity`',
    ],
    ['entity', (one) => ({ ...one, entity: 'opportunities' }), 'entity: must be `deals`'],
    [
      'an index',
      (one) => ({ ...one, extraIndexes: ['z'] }),
      'extraIndexes[0]: there is no property `z`',
    ],
    ['history', (one) => ({ ...one, history: ['z'] }), 'history[0]: there is no property `z`'],
    [
      'left out, and yet synced',
      (one) => ({ ...one, properties: one.properties.map((p) => ({ ...p, excluded: true })) }),
      'properties[0].excluded: a property that is left out is `archived` too',
    ],
    [
      'a setting of ours that does not exist',
      (one) => ({ ...one, properties: one.properties.map((p) => ({ ...p, nullable: false })) }),
      'nullable',
    ],
  ])('%s', async (_, change, problem) => {
    await explore(['x'])
    await edit(change)
    for (const command of [generate, () => explore(['x'])]) {
      await expect(command()).rejects.toMatchObject({
        code: 'ANALYSIS_INVALID',
        at: analysisFile(),
        message: expect.stringContaining(problem),
      })
    }
  })

  test('the schema of a table that was generated', async () => {
    await explore(['x'])
    await edit((one) => ({ ...one, schema: 'crm' }))
    expect(await generate()).toEqual([])
    await edit((one) => ({ ...one, schema: 'other' }))
    await expect(generate()).rejects.toMatchObject({
      code: 'ANALYSIS_CONFLICT',
      message: expect.stringContaining(
        'its records in table `crm.deal`, its analysis says `other.deal`',
      ),
    })
  })
})

describe('an index on a property in the overflow column', () => {
  const many = Array.from({ length: 1_700 }, (_, index) => `p${index}`)

  test('is reported as missing', async () => {
    await explore(many)
    const analysis = JSON.parse(await read('deals/analysis.json')) as Analysis
    const moved =
      analysis.properties.find(({ column }) => column.overflow !== undefined)?.name ?? ''
    const { notes } = await explore(many, { indexes: { deals: [moved] } })
    expect(notes).toEqual([expect.stringContaining(`\`${moved}\` of deals gets no index`)])
  })
})

describe('patterns of properties', () => {
  const names = ['amount', 'hs_analytics_source', 'hs_analytics_num_visits']

  test.each<[string, Partial<Config>, string]>([
    [
      'a name',
      { include: { deals: ['dealnam', 'amount'] } },
      'include.deals: `dealnam` matches no property; did you mean `dealname`?',
    ],
    [
      'a name',
      { exclude: { deals: ['amuont'] } },
      'exclude.deals: `amuont` matches no property; did you mean `amount`?',
    ],
    [
      'a name near none',
      { exclude: { deals: ['zzzzzz'] } },
      'exclude.deals: `zzzzzz` matches no property',
    ],
    [
      'a beginning',
      { exclude: { deals: ['hs_anlytics_*'] } },
      'exclude.deals: `hs_anlytics_*` matches no property; did you mean `hs_analytics_*`?',
    ],
    [
      'a beginning near none',
      { include: { deals: ['amount', 'zzz_*'] } },
      'include.deals: `zzz_*` matches no property',
    ],
    [
      'of every entity',
      { exclude: { '*': ['hs_analytic_sauce'] } },
      'exclude.*: `hs_analytic_sauce` matches no property of any entity; did you mean `hs_analytics_source`?',
    ],
    [
      'that leave nothing',
      { include: { deals: ['*name'] }, exclude: { deals: ['deal*'] } },
      'include and exclude leave `deals` no property but ids and stamps',
    ],
    [
      'that leave ids and stamps',
      { include: { '*': ['hs_object_id', 'createdate'] } },
      'include and exclude leave `deals` no property but ids and stamps',
    ],
  ])('%s, %j', async (_, config, problem) => {
    await expect(explore(names, config)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      at: 'hubgen.config.ts',
      message: expect.stringContaining(problem),
    })
  })

  test('that name what must never be copied, or another entity has, are a note', async () => {
    const config = { exclude: { deals: ['secret_*'], '*': ['lifecyclestage'] } }
    expect((await explore(names, config)).notes).toEqual([
      'hubgen.config.ts: exclude.deals: `secret_*` matches no property',
      'hubgen.config.ts: exclude.*: `lifecyclestage` matches no property of any entity',
    ])
  })

  test('that fit what was left out before have an effect', async () => {
    const config = { exclude: { deals: ['amount'] }, types: { deals: { amount: 'text' as const } } }
    await explore(names, config)
    expect((await explore(names.slice(1), config)).notes).toEqual([
      'hubgen.config.ts: types.deals: `amount` has no column: hubgen.config.ts says to leave out `amount`.',
    ])
  })
})
