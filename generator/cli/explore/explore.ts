import { cwd } from 'node:process'
import { loadEnvironment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import type { EntityChoices } from '../../explore/check-choices.ts'
import type { ExplorationReport } from '../../explore/explore-portal.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
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
      .example('$0 explore --all', 'Every entity of the portal')
      .example('$0 explore lists', 'Lists, which are no records'),
  handler: (args) => explore(args),
})

async function explore(args: ExploreArguments): Promise<void> {
  const sampleRecords = checkArguments(args)
  const { createExploreReporter } = await import('./explore-reporter.ts')
  const { directory, json, from, entity } = args
  const reporter = createExploreReporter(process.stdout, json ? 'json' : 'text', directory)
  if (from === undefined) {
    const { resources, entities } = await splitTyped(args)
    if (args.all || entities.length > 0) {
      reporter.finish(await exploreLive({ ...args, entity: entities }, sampleRecords, reporter))
    }
    if (resources.length > 0) await exploreOthers(args, resources)
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
  const { connectHubSpot } = await import('../../../runtime/hubspot/client/client.ts')
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

/** Of the typed words, the resources by name, and all others; `portal` means every resource. */
async function splitTyped({ entity, all }: ExploreArguments): Promise<{
  readonly resources: readonly string[]
  readonly entities: readonly string[]
}> {
  const { findTypedResource, resourcesOfAll } = await import('../../project/find-entity.ts')
  const { resources: configured } = await readChoices()
  if (all) return { resources: resourcesOfAll(configured), entities: [] }
  const isPortal = (typed: string) => typed.trim().toLowerCase() === PORTAL_FOLDER
  const named = entity.flatMap((typed) => findTypedResource(typed)?.name ?? [])
  const every = entity.some(isPortal) ? resourcesOfAll(configured) : []
  return {
    resources: [...new Set([...every, ...named])],
    entities: entity.filter((typed) => !isPortal(typed) && !findTypedResource(typed)),
  }
}

async function exploreOthers(
  { directory, json }: ExploreArguments,
  names: readonly string[],
): Promise<void> {
  const { connectHubSpot } = await import('../../../runtime/hubspot/client/client.ts')
  const { exploreResources } = await import('../../explore/explore-resources.ts')
  const { printResources } = await import('./print-resources.ts')
  const { schema } = await readChoices()
  const hubspot = connectHubSpot(readHubSpotSettings(loadEnvironment(cwd()), cwd()))
  const report = await exploreResources(hubspot, { directory, names, schema })
  printResources(report, json ? 'json' : 'text', directory)
}

/** The settings of hubgen.config.ts, if the file exists. */
async function readChoices(): Promise<{
  readonly entities: readonly string[] | undefined
  readonly resources: readonly string[] | undefined
  readonly schema: string | null
  readonly choicesOf: EntityChoices
}> {
  const { readConfig } = await import('../../config/read-config.ts')
  const { chooseFor } = await import('../../config/choose.ts')
  const config = await readConfig(cwd())
  return {
    entities: config?.entities,
    resources: config?.resources,
    schema: config?.schema ?? null,
    choicesOf: (target) => chooseFor(config, target),
  }
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
