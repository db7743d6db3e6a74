import { cp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { applyPlan, readGeneratedFolder } from '../../generator/disk/generated-folder.ts'
import { noChoices } from '../../generator/explore/check-choices.ts'
import { type Exploration, explorePortal } from '../../generator/explore/explore-portal.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { findHubSpotDrift } from '../../generator/project/find-drift.ts'
import { planGeneration } from '../../generator/project/plan-generation.ts'
import { connectHubSpot, type HubSpot } from '../../runtime/hubspot/client/client.ts'
import type { Simulator } from '../../simulator/start-simulator.ts'
import {
  type Alter,
  type AlteredAnswers,
  alterAnswers,
} from '../support/hubspot/altered-answers.ts'
import { createInstantClock } from '../support/hubspot/instant-clock.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let simulator: Simulator
let lesser: AlteredAnswers
let directory: string
/** A folder that the whole key explored and generated, for tests to copy. */
let explored: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  simulator = await startTestSimulator({ records: { deals: 30, contacts: 30 } })
  lesser = await alterAnswers(simulator.url)
  explored = await temporaryDirectory()
  directory = explored.path
  await explore(connect(simulator.url))
  await generate('kept')
})
afterAll(async () => {
  await explored[Symbol.asyncDispose]()
  await lesser[Symbol.asyncDispose]()
  await simulator.close()
})
beforeEach(async () => {
  const folder = await temporaryDirectory()
  onTestFinished(() => folder[Symbol.asyncDispose]())
  directory = folder.path
})

const entities = ['contacts', 'deals', 'vehicle']

function connect(baseUrl: string): HubSpot {
  const settings = { token: simulator.token, baseUrl, apiVersion: '2026-09' as const }
  return connectHubSpot(settings, { clock: createInstantClock() })
}

/** One key reads everything, the other one is limited by `refuse`. */
const keys = (refuse: Alter) => {
  let refused = 0
  lesser.alter((call, answer) => {
    const altered = refuse(call, answer)
    if (altered !== undefined) refused += 1
    return altered
  })
  return { whole: connect(simulator.url), lesser: connect(lesser.url), refused: () => refused }
}

/** The folder after the whole key's first exploration. */
const startExplored = () => cp(explored.path, directory, { recursive: true })

async function explore(
  hubspot: HubSpot,
  sampleRecords = 0,
  names: readonly string[] = entities,
): Promise<readonly Exploration[]> {
  const { explored } = await explorePortal(hubspot, {
    directory,
    entities: names,
    refusals: 'reported',
    sampleRecords,
    onStep: () => {},
    onExplored: () => {},
  })
  return explored
}

const exploreAll = (hubspot: HubSpot) =>
  explorePortal(hubspot, {
    directory,
    entities: 'all',
    sampleRecords: 0,
    onStep: () => {},
    onExplored: () => {},
  })

const look = (hubspot: HubSpot) =>
  findHubSpotDrift(hubspot, {
    directory,
    entities,
    folder: 'whole',
    choicesOf: noChoices,
    onStep: () => {},
  })

const readAnalyses = (names = entities) =>
  Promise.all(
    names.map(
      async (entity): Promise<Analysis> =>
        JSON.parse(await readFile(join(directory, entity, 'analysis.json'), 'utf8')),
    ),
  )

async function generate(unused: 'kept' | 'dropped'): Promise<readonly string[]> {
  const { plan } = await planGeneration(directory, 'all', unused)
  await applyPlan(directory, plan)
  return [...plan.write.keys(), ...plan.remove, ...plan.edited]
}

type News = Promise<{
  readonly generated: readonly string[]
  readonly news: Awaited<ReturnType<typeof look>>
  readonly outcomes: readonly Exploration['outcome'][]
}>
const newsByFiles = new Map<string, News>()

/**
 * The effect of generating, and the news of the key that reads everything. They follow from the files in the folder, as the
 * portal stays the same: they are looked for once for each state of the folder.
 */
async function findNews(whole: HubSpot): News {
  const files = JSON.stringify([...(await readGeneratedFolder(directory))])
  const find = async () => ({
    generated: await generate('dropped'),
    news: await look(whole),
    outcomes: (await explore(whole)).map(({ outcome }) => outcome),
  })
  const finding = newsByFiles.get(files) ?? find()
  newsByFiles.set(files, finding)
  return finding
}

/** HubSpot's refusal of a call without the required scope. */
const refusing =
  (path: RegExp, status = 403): Alter =>
  (call) =>
    path.test(`${call.path}?${call.query}`)
      ? {
          status,
          body: { message: 'One or more scopes are required.', category: 'MISSING_SCOPES' },
        }
      : undefined

const sensitiveNames = () =>
  ['0-1', '0-3']
    .flatMap((typeId) => simulator.store.properties(typeId))
    .filter(({ dataSensitivity }) => dataSensitivity !== 'non_sensitive')
    .map(({ name }) => name)

/** HubSpot leaves out sensitive values, or refuses the whole call. */
const hidingValues: Alter = (call, { status, body }) => {
  if (call.kind !== 'list') return undefined
  const { results } = body as { results: { properties: Record<string, unknown> }[] }
  for (const { properties } of results) {
    for (const name of sensitiveNames()) delete properties[name]
  }
  return { status, body }
}
const refusingValues: Alter = (call, answer) => {
  const asked = (call.query.get('properties') ?? '').split(',')
  if (call.kind !== 'list' || !asked.some((name) => sensitiveNames().includes(name)))
    return undefined
  return { ...answer, status: 403, body: { message: 'No.', category: 'MISSING_SCOPES' } }
}
const both =
  (...alters: readonly Alter[]): Alter =>
  (call, answer) => {
    for (const alter of alters) {
      const altered = alter(call, answer)
      if (altered !== undefined) return altered
    }
    return undefined
  }

const refusals: readonly (readonly [what: string, refuse: Alter])[] = [
  ['associations', refusing(/associations/)],
  ['associations to one end', refusing(/associations\/.*\/0-3\/0-1\//)],
  ['custom objects', refusing(/schemas/)],
  ['custom objects and associations to them', refusing(/schemas|associations\/.*2-\d+/)],
  [
    'custom objects, with the answer that there are no associations to them',
    both(refusing(/schemas/), refusing(/associations\/.*\/2-\d+/, 404)),
  ],
  ['pipelines', refusing(/pipelines/)],
  ['pipelines, as if there were none', refusing(/pipelines/, 404)],
  ['validation rules', refusing(/property-validations/)],
  ['validation rules, as if there were none', refusing(/property-validations/, 404)],
  ['property groups', refusing(/properties\/.*groups/)],
  ['owners', refusing(/owners/)],
  ['definitions of sensitive properties', refusing(/dataSensitivity=(highly_)?sensitive/)],
  ['definitions of archived properties', refusing(/archived=true/)],
  ['sensitive values, which are left out', hidingValues],
  ['sensitive values, with the whole call', refusingValues],
  [
    'everything that can be refused',
    both(
      refusing(
        /associations|schemas|pipelines|groups|validations|owners|dataSensitivity=(highly_)?sens|archived=true/,
      ),
      hidingValues,
    ),
  ],
]

describe.each(refusals)('a key that is refused %s', (_, refuse) => {
  test('changes nothing and drops nothing; nor has the other key any news after it', async () => {
    await startExplored()
    const { whole, lesser, refused } = keys(refuse)
    const before = await readAnalyses()

    const seen = await look(lesser)
    expect(seen).toMatchObject({ drifts: [], unseen: [], vanished: [] })
    for (const { outcome, changes } of await explore(lesser)) {
      expect({ outcome, changes }).toEqual({ outcome: 'unchanged', changes: [] })
    }
    expect(await readAnalyses()).toEqual(before)
    expect(refused()).toBeGreaterThan(0)

    const { generated, news, outcomes } = await findNews(whole)
    expect(generated).toEqual([])
    expect(news).toMatchObject({ drifts: [], unseen: [], notes: [], unreadable: [] })
    for (const outcome of outcomes) expect(outcome).toBe('unchanged')
  })
})

test('properties that a key may not read are named, also by diff', async () => {
  await startExplored()
  const { lesser } = keys(hidingValues)
  const { unreadable, notes, drifts } = await look(lesser)
  expect(drifts).toEqual([])
  expect(unreadable).toContainEqual({ entity: 'deals', property: 'bank_account_iban' })
  expect(unreadable).toContainEqual({ entity: 'deals', property: 'health_remarks' })
  expect(notes).toContainEqual(
    expect.stringMatching(
      /^deals: this key may not read bank_account_iban, .*whose columns stay as they are: .*`crm\.objects\.deals\.highly_sensitive\.read`/,
    ),
  )
  const [, deals] = await explore(lesser)
  expect(deals?.unreadable).toContain('health_remarks')
})

test('a sample of a key that reads less keeps what the other sample showed', async () => {
  const { whole, lesser } = keys(hidingValues)
  await explore(whole, 20)
  const before = await readAnalyses()
  for (const { changes } of await explore(lesser, 20)) expect(changes).toEqual([])
  expect(await readAnalyses()).toEqual(before)
})

test('a lesser key first: what the other one adds stays', async () => {
  const { whole, lesser } = keys(
    both(refusing(/schemas|associations\/.*\/0-3\/0-1\//), hidingValues),
  )
  const names = ['contacts', 'deals']
  await explore(lesser, 0, names)
  const [, first] = await explore(whole, 0, names)
  expect(first?.changes?.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['property_added', 'skipped_removed', 'association_added']),
  )
  const before = await readAnalyses(names)
  for (const { outcome } of await explore(lesser, 0, names)) expect(outcome).toBe('unchanged')
  expect(await readAnalyses(names)).toEqual(before)
})

test('an entity that this key may not read is reported, a custom object too, and the others are seen', async () => {
  await startExplored()
  const { lesser } = keys(refusing(/schemas|properties\/.*\/(0-1|2-\d+)/))
  const { drifts, unseen, vanished } = await look(lesser)
  expect({ drifts, vanished }).toEqual({ drifts: [], vanished: [] })
  const { refused } = await exploreAll(lesser)
  expect(refused.map(({ entity }) => entity)).toEqual(
    expect.arrayContaining(['contacts', 'vehicle']),
  )
  expect(unseen.map(({ entity }) => entity)).toEqual(['contacts', 'vehicle'])
})

test('what really changed is news to the lesser key as well', async () => {
  const own = await startTestSimulator({ records: { deals: 10 } })
  onTestFinished(() => own.close())
  await using altered = await alterAnswers(own.url)
  altered.alter(both(refusing(/associations\/.*\/0-3\/0-1\//), hidingValues))
  await explore(connect(own.url), 0, ['deals'])
  own.store.archiveProperty('0-3', 'amount')
  own.store.archiveProperty('0-3', 'health_remarks')
  const [deals] = await explore(connect(altered.url), 0, ['deals'])
  expect(deals?.changes).toMatchObject([
    { kind: 'property_archived', subject: 'amount' },
    { kind: 'property_archived', subject: 'health_remarks' },
  ])
})
