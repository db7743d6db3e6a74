import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/settings.ts'
import type { EntityChoices } from '../../explore/check-choices.ts'
import type { ExplorationReport } from '../../explore/explore-portal.ts'
import { defineCommand, type EntityArguments, withEntities } from '../define-command.ts'
import type { ExploreReporter } from './explore-reporter.ts'

interface ExploreArguments extends EntityArguments {
  readonly all: boolean
  readonly sample: number | undefined
  readonly from: string | undefined
  readonly json: boolean
}

/** `hubgen explore`: reads the definition of an entity from HubSpot and saves it for review. */
export const exploreCommand = defineCommand({
  command: 'explore [entity..]',
  describe: 'Read the definition of an entity from HubSpot and save it',
  builder: (yargs) =>
    withEntities(yargs, 'deals, line_items, 0-3, or a custom object by name or type id')
      .option('all', {
        type: 'boolean',
        default: false,
        describe: 'Every entity in hubgen.config.ts, or every one this token may read',
      })
      .option('sample', {
        type: 'number',
        requiresArg: true,
        describe: 'Infer column types from the values of N records',
      })
      .option('from', {
        type: 'string',
        requiresArg: true,
        describe: 'Explore a saved answer of the properties endpoint, offline',
      })
      .option('json', { type: 'boolean', default: false, describe: 'One JSON object per line' })
      .example('$0 explore deals --sample 1000', 'With evidence from the first thousand deals')
      .example('$0 explore --all', 'Every entity of the portal'),
  handler: (args) => explore(args),
})

async function explore(args: ExploreArguments): Promise<void> {
  const sampleRecords = checkArguments(args)
  const { createExploreReporter } = await import('./explore-reporter.ts')
  const { directory, json, from, entity } = args
  const reporter = createExploreReporter(process.stdout, json ? 'json' : 'text', directory)
  if (from === undefined) {
    reporter.finish(await exploreLive(args, sampleRecords, reporter))
    return
  }
  const { exploreSavedFile } = await import('../../explore/explore-portal.ts')
  const { choicesOf } = await readChoices()
  const report = await exploreSavedFile(directory, entity[0] ?? '', from, choicesOf)
  report.explored.forEach(reporter.explored)
  reporter.finish(report)
}

async function exploreLive(
  { directory, entity, all }: ExploreArguments,
  sampleRecords: number,
  reporter: ExploreReporter,
): Promise<ExplorationReport> {
  const { connectHubSpot } = await import('../../../runtime/hubspot/client.ts')
  const { explorePortal } = await import('../../explore/explore-portal.ts')
  const { entities, choicesOf } = await readChoices()
  const hubspot = connectHubSpot(readHubSpotSettings(loadEnvironment(cwd()), cwd()))
  return explorePortal(hubspot, {
    directory,
    entities: all ? (entities ?? 'all') : entity,
    choicesOf,
    sampleRecords,
    onStep: reporter.step,
    onExplored: reporter.explored,
  })
}

/** The settings of hubgen.config.ts, if the file exists. */
async function readChoices(): Promise<{
  readonly entities: readonly string[] | undefined
  readonly choicesOf: EntityChoices
}> {
  const { readConfig } = await import('../../config/read-config.ts')
  const { chooseFor } = await import('../../config/choose.ts')
  const config = await readConfig(cwd())
  return { entities: config?.entities, choicesOf: (target) => chooseFor(config, target) }
}

/** Returns the number of records to sample. Fails with USAGE. */
function checkArguments({ entity, all, sample, from }: ExploreArguments): number {
  if (all && entity.length > 0) throw usage('`--all` takes no entities')
  if (!all && entity.length === 0) throw usage('which entity? Name one, or use `--all`')
  if (from !== undefined && (all || entity.length !== 1)) {
    throw usage('`--from` explores exactly one entity; name it')
  }
  if (from !== undefined && sample !== undefined) {
    throw usage('`--from` contains no records, so it excludes `--sample`')
  }
  if (sample !== undefined && !(Number.isSafeInteger(sample) && sample > 0)) {
    throw usage('`--sample` must be a whole number of records, 1 or more')
  }
  return sample ?? 0
}

function usage(message: string): HubgenError {
  return new HubgenError('USAGE', message, { fix: '`hubgen explore --help`' })
}
