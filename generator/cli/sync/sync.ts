import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { readLogLevel } from '../../../runtime/sync/log-level.ts'
import type { SyncOptions } from '../../../runtime/sync/sync-options.ts'
import { chooseReadBackMs } from '../../config/choose-read-back.ts'
import { brakeFor } from '../../project/brake-for.ts'
import { type Chosen, chooseEntities, typedName } from '../../project/choose-entities.ts'
import { resourcesOfAll } from '../../project/find-entity.ts'
import { namesOf } from '../../project/import-entity.ts'
import { defineCommand, withEntities } from '../define-command.ts'
import {
  type AskedSync,
  declareFlags,
  type FlagOptions,
  readFlags,
  repeatFlags,
  syncFlags,
  syncHelp,
} from './sync-flags.ts'
import type { SyncRequest } from './sync-request.ts'

export const syncCommand = defineCommand({
  command: 'sync [entity..]',
  describe: 'Read records from HubSpot into their tables',
  builder: (yargs) =>
    withEntities(yargs, 'Generated entities; a number at the end limits the records per entity')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every generated entity, or those in hubgen.config.ts',
      })
      .options(declareFlags(syncFlags))
      .example('$0 sync deals 10', 'ten records first')
      .example('$0 sync --all', '')
      .example('$0 sync --all --every 15m', 'under a supervisor; docs/scheduling.md')
      .example('$0 sync --all --slice 10m', 'a part of a long sync; docs/scheduling.md')
      .example('$0 sync --all --plan', 'estimate before syncing'),
  handler: async (args) => {
    const { directory, entity, all } = args
    const { readConfig } = await import('../../config/read-config.ts')
    const config = await readConfig(process.cwd())
    const configured = config?.entities
    const chosen = chooseEntities(
      directory,
      entity,
      all ? (configured ?? 'all') : 'named',
      resourcesOfAll(config?.resources),
    )
    const asked = readFlags(args)
    checkEvery(asked, chosen)
    const { format = 'text', detail = 'outcome', plan = false, maxCalls, everyMs, ...timed } = asked
    // A long first sync must not hold up the other entities for more than a round.
    const { sliceMs = everyMs, ...rest } = timed
    const typed: OnlyOptions<typeof rest> = rest
    const options = {
      logLevel: readLogLevel(loadEnvironment(process.cwd())),
      ...typed,
      ...(chosen.limit !== undefined && { limit: chosen.limit }),
    }
    checkReading(options)
    if (plan) {
      const command = commandFor(directory, all ? '--all' : null, chosen, repeatFlags(args))
      const { printSyncPlan } = await import('./print-sync-plan.ts')
      await printSyncPlan({
        directory,
        chosen,
        format,
        options: { ...options, archivedBefore: config?.archivedBefore, lookAt: config?.lookAt },
        maxCalls,
        command,
      })
      return
    }
    const request: SyncRequest = {
      directory,
      names: chosen.entities,
      asked: all ? 'all' : 'named',
      options,
      format,
      detail,
      maxCalls,
      sliceMs,
      configured: (one) => {
        const readBackMs = chooseReadBackMs(config, namesOf(one))
        return {
          brake: brakeFor(config, one),
          ...(readBackMs !== undefined && { readBackMs }),
          whenGone: config?.whenGone,
          lookAt: config?.lookAt,
          ...(config?.keepRuns !== undefined && { keepRunsMs: config.keepRuns * 1000 }),
          archivedBefore: config?.archivedBefore,
        }
      },
    }
    // Loaded lazily: the clients of database and HubSpot take longer to load than most commands take to run.
    const exitCode =
      everyMs === undefined
        ? await import('./sync-entities.ts').then(({ syncEntities }) => syncEntities(request))
        : await import('./sync-every.ts').then(({ syncEvery }) => syncEvery(request, everyMs))
    // Exits without waiting for abandoned calls, whose connections may stay open for minutes.
    if (exitCode !== 0 || everyMs !== undefined) process.exit(exitCode)
  },
})

/** Fails with USAGE if options contradict each other. */
function checkReading({ limit, full = false, since }: SyncOptions): void {
  const asked = [
    ...(limit === undefined ? [] : [`the limit ${limit}`]),
    ...(full ? ['`--full`'] : []),
    ...(since === undefined ? [] : ['`--since`']),
  ]
  if (asked.length > 1) {
    throw new HubgenError('USAGE', `${asked.join(' and ')} exclude each other`, { fix: syncHelp })
  }
}

/**
 * Only options of a sync, which reach the sync: the command above must use every other field of `AskedSync`.
 */
type OnlyOptions<Rest> = FlagOptions & Record<Exclude<keyof Rest, keyof FlagOptions>, never>

function checkEvery({ everyMs, plan, since }: AskedSync, { limit }: Pick<Chosen, 'limit'>): void {
  // A fixed start time would make each round read more than the one before.
  const other =
    limit !== undefined
      ? `the limit ${limit}`
      : plan
        ? '`--plan`'
        : since !== undefined
          ? '`--since`'
          : null
  if (everyMs === undefined || other === null) return
  throw new HubgenError('USAGE', `\`--every\` and ${other} exclude each other`, { fix: syncHelp })
}

/** The typed command, without `--plan`. */
function commandFor(
  directory: string,
  all: string | null,
  { entities, limit }: Chosen,
  flags: readonly string[],
): string {
  return [
    'hubgen sync',
    all ?? entities.map(typedName).join(' '),
    limit,
    ...flags,
    directory === 'generated' ? undefined : `--directory ${directory}`,
  ]
    .filter((part) => part !== undefined)
    .join(' ')
}
