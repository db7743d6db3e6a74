import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Analysis } from '../../generator/model/analysis.ts'
import { openHubgenFolder } from '../oracle/hubgen-folder.ts'
import { expectCopy, judgeCopy, type Verdict } from '../oracle/judge-copy.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { createDisturber } from './disturber.ts'
import { type Ended, startHubgenProcess } from './hubgen-process.ts'
import { openTortureChamber, type TortureChamber } from './torture-chamber.ts'

export interface TortureOptions {
  /** Determines everything except the order in which two processes work. */
  readonly seed: number
  /** Of all entities together. */
  readonly records: number
  readonly entities: readonly string[]
  readonly kills: number
  readonly postgresRestarts: number
  readonly pgBouncerRestarts: number
  /** After this time it starts the last, undisturbed run, whatever is left to do. */
  readonly minutes: number
  /** The folder of the project, its logs and the output of every command; not removed. */
  readonly directory: string
  readonly say: (line: string) => void
}

export interface TortureReport {
  readonly runs: number
  readonly kills: number
  readonly postgresRestarts: number
  readonly pgBouncerRestarts: number
  /** How often each kind of change was made. */
  readonly changes: Readonly<Record<string, number>>
  /** How many rows of each table were compared. */
  readonly rows: Readonly<Record<string, number>>
  /** The differences between tables and portal, and all other errors. */
  readonly problems: readonly string[]
}

/**
 * Syncs a portal that constantly changes and answers with faults, while it kills the process repeatedly and
 * restarts Postgres and PgBouncer; then lets one run finish, and compares every value.
 */
export async function runTorture(options: TortureOptions): Promise<TortureReport> {
  const { entities, say } = options
  await mkdir(join(options.directory, 'said'), { recursive: true })
  const disturber = createDisturber(options)
  await using chamber = await openTortureChamber(options, () => disturber.tick())
  const torture = new Torture(options, chamber)
  await torture.configure({})
  await torture.nightly()
  disturber.begin(chamber)
  const endMs = Date.now() + options.minutes * 60_000
  while (!disturber.done() && Date.now() < endMs) {
    await torture.runDisturbed(disturber)
    if (disturber.share() >= 0.3 && torture.nights === 1) await torture.addAndRetype(disturber)
    if (disturber.share() >= 0.6 && torture.nights === 2) await torture.acceptType()
  }
  disturber.end()
  say('now one undisturbed run')
  await torture.finish()
  const client = await chamber.connect()
  const folder = await openHubgenFolder(options.directory, entities)
  const analyses = await folder.analyses()
  // All changes are due after a week, except silent ones, of which there are none.
  const verdict = await judgeCopy(client, expectCopy(chamber.portal, analyses, 'week'))
  const problems = [
    ...torture.problems,
    ...verdict.differences,
    ...(await countRows(client, analyses)),
  ]
  await client.end()
  return { runs: torture.runs, ...disturber.report(), rows: rowsOf(verdict), problems }
}

function rowsOf({ tables }: Verdict): Readonly<Record<string, number>> {
  return Object.fromEntries(tables.map(({ table, rows }) => [table, rows]))
}

/** Rows and the runs' counters are written together, so they agree however often a run was killed. */
async function countRows(
  client: pg.Client,
  analyses: readonly Analysis[],
): Promise<readonly string[]> {
  const problems: string[] = []
  for (const { entity, schema = 'hubspot', table } of analyses) {
    const { rows } = await client.query<{ rows: string; inserted: string }>(
      `SELECT (SELECT count(*) FROM "${schema}"."${table}") AS rows,
        (SELECT sum(inserted) FROM hubgen.run WHERE entity = $1) AS inserted`,
      [entity],
    )
    const [found] = rows
    if (found === undefined || found.rows === found.inserted) continue
    problems.push(`${entity}: ${found.rows} rows, but the runs counted ${found.inserted} inserted`)
  }
  return problems
}

const historyProperties = ['dealstage', 'lifecyclestage', 'hs_pipeline_stage', 'hubspot_owner_id']

class Torture {
  readonly problems: string[] = []
  runs = 0
  nights = 0
  readonly #options: TortureOptions
  readonly #chamber: TortureChamber
  #commands = 0
  #retyped = ''

  constructor(options: TortureOptions, chamber: TortureChamber) {
    this.#options = options
    this.#chamber = chamber
  }

  /** The commands of a scheduled job after a change of the portal's definitions. */
  async nightly(): Promise<void> {
    this.nights += 1
    await this.#must('explore', ...this.#options.entities)
    await this.#must('generate', '--all')
    await this.#must('migrate')
  }

  /** A number property becomes text and a new one appears; hubgen keeps the column, and drops what does not fit. */
  async addAndRetype(disturber: ReturnType<typeof createDisturber>): Promise<void> {
    const { typeId } = this.#firstType()
    this.#retyped = disturber.mutator().retypeNumber(typeId)
    disturber.mutator().addProperty(typeId, 'torture_added')
    this.#options.say(`${this.#retyped} is text now, torture_added is new`)
    await this.nightly()
  }

  /** A person accepts the new type, which adds a second column. */
  async acceptType(): Promise<void> {
    await this.configure({ types: { [this.#firstType().name]: { [this.#retyped]: 'text' } } })
    await this.nightly()
  }

  /** Former values of a property of each entity are kept, besides. */
  async configure(config: object): Promise<void> {
    const history = Object.fromEntries(
      this.#options.entities.flatMap((name) => {
        const { typeId } = this.#chamber.store.findObjectType(name) ?? { typeId: '' }
        const known = this.#chamber.store.properties(typeId).map((property) => property.name)
        const kept = historyProperties.filter((property) => known.includes(property))
        return kept.length === 0 ? [] : [[name, kept]]
      }),
    )
    const text = `export default ${JSON.stringify({ history, ...config })}\n`
    await writeFile(join(this.#options.directory, 'hubgen.config.ts'), text)
  }

  /** One sync, however far it gets. */
  async runDisturbed(disturber: ReturnType<typeof createDisturber>): Promise<void> {
    await this.#chamber.expireLeases()
    this.runs += 1
    const running = this.#start(['sync', '--all', '--json', '--allow-deletes'], () =>
      disturber.tick(),
    )
    disturber.watch(() => running.kill())
    const ended = await running.ended
    disturber.watch(null)
    await disturber.settled()
    this.#judge(ended)
    const last = ended.errors.trim().split('\n')[0] ?? ''
    this.#options.say(`run ${this.runs}: ${ended.exitCode ?? 'killed'} ${last}`)
  }

  /** Undisturbed, so it must succeed and find everything that the others missed. */
  async finish(): Promise<void> {
    await this.#chamber.expireLeases()
    await this.#chamber.passAWeek()
    this.runs += 1
    const ended = await this.#finish(['sync', '--all', '--json', '--allow-deletes'])
    this.#judge(ended)
    if (ended.exitCode !== 0) this.problems.push(`the last run ended with ${ended.exitCode}`)
    const verified = await this.#finish(['verify', ...this.#options.entities, '--json'])
    this.#judge(verified)
    if (verified.exitCode !== 0) {
      this.problems.push(`verify ended with ${verified.exitCode}: ${verified.output.at(-1) ?? ''}`)
    }
  }

  #firstType() {
    const type = this.#chamber.store.findObjectType(this.#options.entities[0] ?? '')
    if (type === undefined) throw new Error('no entities')
    return type
  }

  /** A command that faults may fail, but not repeatedly. */
  async #must(...args: readonly string[]): Promise<void> {
    let ended = await this.#finish(args)
    for (let again = 0; ended.exitCode !== 0 && again < 10; again += 1) {
      this.#judge(ended)
      ended = await this.#finish(args)
    }
    if (ended.exitCode === 0) return
    throw new Error(`hubgen ${args.join(' ')} ended with ${ended.exitCode}:\n${ended.errors}`)
  }

  #judge({ exitCode, errors }: Ended): void {
    if (exitCode === null || exitCode === 0 || exitCode === 1) return
    this.problems.push(`command ${this.#commands} ended with ${exitCode}:\n${errors}`)
  }

  /** A command that nothing kills. */
  async #finish(args: readonly string[]): Promise<Ended> {
    const logFile = this.#nextLog()
    const { directory } = this.#options
    const { exitCode, output, errors } = await runHubgen(directory, args, this.#chamber.environment)
    const log = `$ hubgen ${args.join(' ')}\n${output}${errors}ended with ${exitCode}\n`
    await writeFile(logFile, log)
    return { exitCode, output: output.trimEnd().split('\n'), errors }
  }

  #start(args: readonly string[], onLine: () => void) {
    const logFile = this.#nextLog()
    const { directory } = this.#options
    const { environment } = this.#chamber
    return startHubgenProcess({ directory, environment, args, logFile, onLine })
  }

  #nextLog(): string {
    this.#commands += 1
    const name = `${String(this.#commands).padStart(3, '0')}.log`
    return join(this.#options.directory, 'said', name)
  }
}
