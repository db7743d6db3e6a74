import { join } from 'node:path'
import pg from 'pg'
import type { Resources } from '../../simulator/resources/resources.ts'
import { history, leavingFivetran as scenario } from '../../test/compat/leaving-fivetran.ts'
import { openHubgenFolder } from '../../test/oracle/hubgen-folder.ts'
import { type JudgedCopy, openJudgedCopy } from '../../test/oracle/judged-copy.ts'
import type { Stage } from '../../test/oracle/stage.ts'
import { runHubgen } from '../../test/support/run-hubgen.ts'
import { startScratchServer } from '../../test/support/start-scratch-server.ts'
import { compareModels } from './compare-models.ts'
import { buildModels, findOldSources, makeProject } from './dbt-project.ts'
import { expectedEngagements } from './expected-engagements.ts'
import { expectedHistories } from './expected-histories.ts'
import { expectedRecordModels } from './expected-records.ts'
import { openFivetranCopy } from './fivetran-copy.ts'
import { type GoneRecords, type JudgedModel, judgeModel } from './judge-models.ts'
import type { ComparedModel } from './model-rows.ts'
import { OBJECTS, readFacts } from './portal-facts.ts'
import { readRecords, readSurvivor } from './read-portal.ts'

export interface ProofOptions {
  /** An empty folder. */
  readonly directory: string
  readonly packages: string
  readonly program: string
  readonly seed: number
  readonly records: number
  readonly say: (text: string) => void
}

/** Of both builds together. */
export interface Proof {
  readonly models: number
  readonly tests: number
  /** Rows compared with those over Fivetran's own tables, and with HubSpot's API. */
  readonly comparedRows: number
  readonly judgedRows: number
  /** Each of them is printed. */
  readonly problems: number
  /** Columns of models that were empty in the last build. */
  readonly emptyColumns: readonly string[]
}

const VIEWS = 'hubspot_fivetran'
const ORACLE = 'fivetran_oracle'

/** A form's submissions find their contacts in the table of contacts, so resources are read after records. */
const RESOURCES = [
  'contact_list',
  'contact_list_member',
  'form',
  'form_submission',
  'email_campaign',
  'email_event',
]

/**
 * Syncs a simulated portal, builds the package's models over hubgen's views and over Fivetran's tables, and
 * compares them with each other and with what the portal answers over HTTP. Then the portal changes, and the
 * models are built again, incrementally.
 */
export async function proveModels(options: ProofOptions): Promise<Proof> {
  const { directory, say } = options
  await using stack = new AsyncDisposableStack()
  const server = stack.use(await startScratchServer())
  const folder = await openHubgenFolder(join(directory, 'hubgen'), scenario.entities)
  const names = Object.keys(scenario.records)
  const portal = {
    ...scenario,
    records: Object.fromEntries(names.map((name) => [name, options.records])),
  }
  const { seed } = options
  const copy = stack.use(
    await openJudgedCopy({ scenario: portal, seed, folder, databaseUrl: server.url }),
  )
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  stack.defer(() => client.end())
  await client.query("ALTER ROLE CURRENT_USER SET timezone = 'UTC'; SET timezone = 'UTC'")
  const oracle = await openFivetranCopy({
    client,
    schema: ORACLE,
    store: copy.hand.store,
    history,
  })
  const seen: SeenIds = new Map()
  const reach = async (stage: Stage) => {
    say(stage.name)
    copy.change(stage, Date.now())
    if (stage.config !== undefined) {
      await folder.generate(stage.config, copy.environment)
      for (const args of [['explore', ...RESOURCES], ['generate', '--all'], ['migrate']]) {
        await run(folder.directory, args, copy)
      }
    }
    if (stage.daysPass !== undefined) await copy.passTime(stage.daysPass)
    await syncAll(copy)
    await run(folder.directory, ['sync', ...RESOURCES], copy)
    await oracle.refresh(copy.simulator)
    await remember(copy, seen)
  }
  const [first, ...changes] = scenario.stages
  if (first !== undefined) await reach(first)
  const project = await makeProject({
    directory: join(directory, 'dbt'),
    compat: join(folder.directory, 'generated/compat'),
    packages: options.packages,
    databaseUrl: server.url,
  })
  const prove = () => proveOnce(options, { client, copy, project, seen })
  const before = await prove()
  const old = await findOldSources(options.program, project, VIEWS)
  say('  dbt source freshness')
  for (const problem of old) say(`    ${problem}`)
  for (const stage of changes) await reach(stage)
  const erased = copy.hand.at('deals', 2)
  const purge = () => copy.hand.store.purge(copy.hand.typeId('deals'), erased)
  oracle.eraseDeal(erased)
  changeResources(copy.simulator.resources)
  await reach({ name: 'a deal is deleted and erased', horizon: 'day', daysPass: 1, change: purge })
  await run(folder.directory, ['erase', 'deals', erased], copy)
  const after = await prove()
  return {
    models: before.models + after.models,
    tests: before.tests + after.tests,
    comparedRows: before.comparedRows + after.comparedRows,
    judgedRows: before.judgedRows + after.judgedRows,
    problems: before.problems + old.length + after.problems,
    emptyColumns: after.emptyColumns,
  }
}

type SeenIds = Map<string, Set<string>>

interface Place {
  readonly client: pg.Client
  readonly copy: JudgedCopy
  readonly project: string
  readonly seen: SeenIds
}

async function proveOnce(options: ProofOptions, place: Place): Promise<Proof> {
  const { client, copy, project, seen } = place
  const { program, say } = options
  let problems = 0
  const explain = (texts: readonly string[]) => {
    for (const text of texts) say(`    ${text}`)
    problems += texts.length
  }
  let [models, tests] = [0, 0]
  for (const schema of [VIEWS, ORACLE]) {
    const result = await buildModels(program, project, schema)
    say(`  over ${schema}: ${result.models} models built, ${result.tests} tests passed`)
    models += result.models
    tests += result.tests
    explain(result.failures)
  }
  const report = (each: readonly ComparedModel[], by: string) => {
    for (const { model, rows, differences } of each) {
      const verdict = differences.length === 0 ? 'equal' : 'different'
      say(`  ${model}: ${rows} rows, ${verdict} ${by}`)
      explain(differences)
    }
    return each.reduce((sum, { rows }) => sum + rows, 0)
  }
  const compared = await compareModels(client, `${VIEWS}_hubspot`, `${ORACLE}_hubspot`)
  const comparedRows = report(compared, "to the one over Fivetran's tables")
  const judged = await judgeModels({ client, copy, seen })
  const judgedRows = report(judged, 'to what HubSpot answers')
  const emptyColumns = judged.flatMap(({ model, emptyColumns: names }) =>
    names.map((name) => `${model}.${name}`),
  )
  return { models, tests, comparedRows, judgedRows, problems, emptyColumns }
}

async function judgeModels({
  client,
  copy,
  seen,
}: Omit<Place, 'project'>): Promise<readonly JudgedModel[]> {
  const facts = await readFacts(copy.simulator, history)
  const expected = [
    ...expectedRecordModels(facts),
    ...expectedHistories(facts, new Date()),
    ...expectedEngagements(facts),
  ]
  const gone = new Map<string, GoneRecords>()
  for (const object of OBJECTS) {
    const live = new Set((facts.records.get(object) ?? []).map(({ id }) => id))
    const ids = [...(seen.get(object) ?? [])].filter((id) => !live.has(id))
    const survivors = await Promise.all(ids.map((id) => readSurvivor(copy.simulator, object, id)))
    gone.set(object, {
      deleted: ids.filter((_, place) => survivors[place] === null),
      merged: ids.filter((_, place) => survivors[place] !== null),
    })
  }
  const judged: JudgedModel[] = []
  for (const model of expected) {
    const object = { deal_id: 'deals', contact_id: 'contacts', company_id: 'companies' }[model.key]
    const none = { deleted: [], merged: [] }
    const goneRecords = gone.get(object ?? 'tickets') ?? none
    const isRecord = model.key !== 'engagement_id'
    const schema = `${VIEWS}_hubspot`
    judged.push(await judgeModel(client, schema, model, isRecord ? goneRecords : none))
  }
  return judged
}

/** A list is deleted, one loses a member, a form gets a submission, and there is another event. */
function changeResources(resources: Resources): void {
  resources.remove('list', '31')
  const [member] = resources.list('list_member', '204')
  const [list] = resources.list('list').filter(({ key }) => key === '204')
  const [form] = resources.list('form')
  const [submission] = resources.list('form_submission', form?.key)
  const event = resources.list('email_event').find(({ row }) => row['type'] === 'CLICK')
  if (!member || !list || !form || !submission || !event) throw new Error('the portal is empty')
  resources.remove('list_member', member.key, '204')
  const now = Date.now() - 3_600_000
  const more = { hs_last_record_removed_at: String(now) }
  const { additionalProperties } = list.row
  resources.patch('list', '204', {
    additionalProperties: { ...Object(additionalProperties), ...more },
  })
  const conversionId = '000000c0-0000-4000-8000-00000000ffff'
  const later = { ...submission.row, conversionId, submittedAt: now }
  resources.put('form_submission', conversionId, later, form.key)
  const id = '000000e0-0000-4000-8000-00000000ffff'
  resources.put('email_event', id, { ...event.row, id, created: now })
}

/** The command line, in the user's folder. */
async function run(
  directory: string,
  args: readonly string[],
  { environment }: JudgedCopy,
): Promise<void> {
  const { exitCode, output, errors } = await runHubgen(directory, args, environment)
  if (exitCode !== 0) throw new Error(`hubgen ${args.join(' ')}:\n${output}\n${errors}`)
}

async function syncAll(copy: JudgedCopy): Promise<void> {
  for (const { entity, outcome, error } of await copy.sync()) {
    if (outcome === 'succeeded') continue
    throw new Error(`the sync of ${entity} ended with ${outcome}: ${error?.message}`)
  }
}

async function remember(copy: JudgedCopy, seen: SeenIds): Promise<void> {
  for (const object of OBJECTS) {
    const ids = seen.get(object) ?? new Set<string>()
    seen.set(object, ids)
    for (const { id } of await readRecords(copy.simulator, object, [])) ids.add(id)
  }
}
