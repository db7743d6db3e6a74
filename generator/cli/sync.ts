import type { CommandModule } from 'yargs'
import { HubgenError } from '../../runtime/errors.ts'
import { readScope } from '../../runtime/sync/scope.ts'
import { type Chosen, chooseEntities } from './choose-entities.ts'

export interface SyncArguments {
  readonly directory: string
  readonly entity: readonly string[]
  readonly all: boolean
  readonly full: boolean
  readonly since: string | undefined
  readonly plan: boolean
  readonly 'max-calls': string | undefined
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
      .option('plan', {
        type: 'boolean',
        default: false,
        describe:
          'Read nothing; print the calls, the time and the share of today that it would take',
      })
      .option('max-calls', {
        type: 'string',
        describe: 'Stop cleanly after so many API calls, all entities together',
      })
      .option('json', { type: 'boolean', default: false, describe: 'Events as JSON lines' })
      .option('directory', {
        type: 'string',
        default: 'generated',
        describe: 'Folder of the generated files',
      })
      .example('hubgen sync deals 10', 'a first look')
      .example('hubgen sync --all', '')
      .example('hubgen sync --all --plan', 'the bill before the meal') as never,
  handler: async ({ directory, entity, all, full, since, plan, json, 'max-calls': ceiling }) => {
    const { readConfig } = await import('../config/read-config.ts')
    const configured = (await readConfig(process.cwd()))?.entities
    const chosen = chooseEntities(directory, entity, all ? (configured ?? 'all') : 'named')
    const scope = readScope({ limit: chosen.limit, full, since }, '`hubgen sync --help`')
    const maxCalls = ceiling === undefined ? undefined : readMaxCalls(ceiling)
    const format = json ? 'json' : 'text'
    if (plan) {
      const command = commandFor(directory, all ? '--all' : null, chosen, { full, since, maxCalls })
      const { printSyncPlan } = await import('./print-sync-plan.ts')
      await printSyncPlan({ directory, chosen, format, options: scope, maxCalls, command })
      return
    }
    // Loaded here: the database's and HubSpot's clients take longer than most other commands.
    const { syncEntities } = await import('./sync-entities.ts')
    const exitCode = await syncEntities(directory, chosen.entities, scope, format, maxCalls)
    // A call that was given up may hold its connection open for minutes: nobody waits for it.
    if (exitCode !== 0) process.exit(exitCode)
  },
}

function readMaxCalls(text: string): number {
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text)
  throw new HubgenError('USAGE', `\`--max-calls\` takes a whole number from 1, found \`${text}\``, {
    fix: '`hubgen sync --help`',
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
