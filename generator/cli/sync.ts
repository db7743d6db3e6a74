import type { CommandModule } from 'yargs'
import type { Entity } from '../../runtime/entity.ts'
import { loadEnvironment } from '../../runtime/environment.ts'
import { HubgenError } from '../../runtime/errors.ts'
import { readLogLevel } from '../../runtime/sync/log-level.ts'
import { readScope } from '../../runtime/sync/scope.ts'
import { chooseReadBackMs } from '../config/choose-read-back.ts'
import { brakeFor } from './brake-for.ts'
import { type Chosen, chooseEntities } from './choose-entities.ts'
import { namesOf } from './names-of.ts'
import { readInterval } from './read-interval.ts'

export interface SyncArguments {
  readonly directory: string
  readonly entity: readonly string[]
  readonly all: boolean
  readonly full: boolean
  readonly since: string | undefined
  readonly 'allow-deletes': boolean
  readonly plan: boolean
  readonly 'max-calls': string | undefined
  readonly every: string | undefined
  readonly 'log-level': string | undefined
  readonly json: boolean
}

export const syncCommand: CommandModule<object, SyncArguments> = {
  command: 'sync [entity..]',
  describe: 'Read records from HubSpot into their tables',
  builder: (yargs) =>
    yargs
      .positional('entity', {
        type: 'string',
        array: true,
        default: [],
        describe: 'Generated entities; a number at the end reads at most so many records of each',
      })
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated one, or those of hubgen.config.ts',
      })
      .option('full', {
        type: 'boolean',
        default: false,
        describe: 'Read every record again, from the first one on',
      })
      .option('since', {
        type: 'string',
        describe: 'Read what changed since then: 2026-11-25, 2026-11-25T08:00Z, 3d, 12h',
      })
      .option('allow-deletes', {
        type: 'boolean',
        default: false,
        describe: 'Mark as deleted what HubSpot no longer has, however much of a table it is',
      })
      .option('plan', {
        type: 'boolean',
        default: false,
        describe:
          'Read nothing; print the calls, the time and the share of today that it would take',
      })
      .option('max-calls', {
        type: 'string',
        describe:
          'Stop cleanly after so many API calls, all entities together; with --every in each round',
      })
      .option('every', {
        type: 'string',
        describe:
          'Go on until Ctrl-C or `kill`: a round each 15m, 2h, 1d, give or take a tenth, a minute at most',
      })
      .option('log-level', {
        type: 'string',
        describe:
          'How much goes into the logs: error, warn, info, debug; HUBGEN_LOG_LEVEL, or info',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Events as JSON lines' })
      .option('directory', {
        type: 'string',
        default: 'generated',
        describe: 'Folder of the generated files',
      })
      .example('hubgen sync deals 10', 'a first look')
      .example('hubgen sync --all', '')
      .example('hubgen sync --all --every 15m', 'under a supervisor; docs/scheduling.md')
      .example('hubgen sync --all --plan', 'the bill before the meal') as never,
  handler: async (args) => {
    const { directory, entity, all, full, since, plan, json, 'max-calls': ceiling } = args
    const { readConfig } = await import('../config/read-config.ts')
    const config = await readConfig(process.cwd())
    const configured = config?.entities
    const chosen = chooseEntities(directory, entity, all ? (configured ?? 'all') : 'named')
    const everyMs = readEvery(args, chosen)
    const scope = readScope({ limit: chosen.limit, full, since }, help)
    const logLevel = readLogLevel(args['log-level'], loadEnvironment(process.cwd()), help)
    const maxCalls = ceiling === undefined ? undefined : readMaxCalls(ceiling)
    const format = json ? 'json' : 'text'
    if (plan) {
      const command = commandFor(directory, all ? '--all' : null, chosen, { full, since, maxCalls })
      const { printSyncPlan } = await import('./print-sync-plan.ts')
      await printSyncPlan({ directory, chosen, format, options: scope, maxCalls, command })
      return
    }
    const request = {
      directory,
      names: chosen.entities,
      scope,
      format,
      maxCalls,
      logLevel,
      brakeOf: (entity: Entity) => (args['allow-deletes'] ? false : brakeFor(config, entity)),
      readBackMsOf: (entity: Entity) => chooseReadBackMs(config, namesOf(entity)),
      whenGone: config?.whenGone,
    } as const
    // Loaded here: the database's and HubSpot's clients take longer than most other commands.
    const exitCode =
      everyMs === undefined
        ? await import('./sync-entities.ts').then(({ syncEntities }) => syncEntities(request))
        : await import('./sync-every.ts').then(({ syncEvery }) => syncEvery(request, everyMs))
    // A call that was given up may hold its connection open for minutes: nobody waits for it.
    if (exitCode !== 0 || everyMs !== undefined) process.exit(exitCode)
  },
}

const help = '`hubgen sync --help`'

/** Undefined for one sync and no more. */
function readEvery(
  { every, plan, since }: SyncArguments,
  { limit }: Pick<Chosen, 'limit'>,
): number | undefined {
  if (every === undefined) return undefined
  // A time to read from would stay where it is, and each round would read more than the one before.
  const other =
    limit !== undefined
      ? `the limit ${limit}`
      : plan
        ? '`--plan`'
        : since !== undefined
          ? '`--since`'
          : null
  if (other === null) return readInterval(every)
  throw new HubgenError('USAGE', `\`--every\` and ${other} cannot go together`, { fix: help })
}

function readMaxCalls(text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text)
  throw new HubgenError('USAGE', `\`--max-calls\` takes a whole number from 1, found \`${text}\``, {
    fix: help,
  })
}

interface Typed {
  readonly full: boolean
  readonly since: string | undefined
  readonly maxCalls: number | undefined
}

/** What was typed, without `--plan`. */
function commandFor(
  directory: string,
  all: string | null,
  { entities, limit }: Chosen,
  { full, since, maxCalls }: Typed,
): string {
  return [
    'hubgen sync',
    all ?? entities.join(' '),
    limit,
    full ? '--full' : undefined,
    since === undefined ? undefined : `--since ${since}`,
    maxCalls === undefined ? undefined : `--max-calls ${maxCalls}`,
    directory === 'generated' ? undefined : `--directory ${directory}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}
