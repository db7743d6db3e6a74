import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import type { Analysis, PortalFacts, PropertyGroup } from '../model/analysis.ts'
import { type BuiltAnalysis, buildAnalysis, type EntityFacts } from '../model/build-analysis.ts'
import type { Choices } from '../model/choices.ts'
import type { ListedNames } from '../model/compare-analyses.ts'
import type { EntityTarget } from './entity-target.ts'
import { findUnreadable } from './find-unreadable.ts'
import { parseAnswer } from './parse-answer.ts'
import { type AssociationEnd, readAssociations } from './read-associations.ts'
import { readDefinitions } from './read-definitions.ts'
import { readOptional } from './read-optional.ts'
import { readPipelines } from './read-pipelines.ts'
import { readRules } from './read-rules.ts'
import { sampleValues } from './sample-values.ts'

export interface ExploreRequest {
  readonly target: EntityTarget
  /** Null for files that several portals share. */
  readonly portal: PortalFacts | null
  /** The entities it may be associated with, including itself. */
  readonly ends: readonly AssociationEnd[]
  /** Called with every end that the portal does not have. */
  readonly onAbsent: (objectTypeId: string) => void
  /** Tables of other entities' records. */
  readonly otherTables: ReadonlySet<string>
  readonly earlier: Analysis | null
  readonly choices: Choices
  /** Number of records to sample for evidence; 0 for none. */
  readonly sampleRecords: number
  /** Called with the step that begins, e.g. `sample 300 of 1000`. */
  readonly onStep: (step: string) => void
}

export interface ExploredEntity extends BuiltAnalysis {
  readonly listed: ListedNames
  /** `all` if this key may see every class of properties. */
  readonly answered: 'all' | 'some'
  /** Properties that have a column and whose values this key may not read. */
  readonly unreadable: readonly string[]
  /** One sentence per fact that HubSpot refused. */
  readonly notes: readonly string[]
}

/**
 * Reads the definition of an entity from HubSpot and decides its columns. Throws SCOPE_MISSING when the token
 * may not read its properties; other refusals become notes.
 */
export async function exploreEntity(
  hubspot: HubSpot,
  request: ExploreRequest,
): Promise<ExploredEntity> {
  const { target, earlier, onStep } = request
  const objectType = target.objectType.id
  onStep('properties')
  const { definitions, unanswered, notes } = await readDefinitions(hubspot, objectType)
  onStep('groups, pipelines and associations')
  const [groups, pipelines, associations, rules, unreadable] = await Promise.all([
    readOptional('groups', readGroups(hubspot, objectType)),
    readOptional('pipelines', readPipelines(hubspot, objectType, earlier)),
    readAssociations(hubspot, objectType, request.ends, request.onAbsent),
    readOptional('validation rules', readRules(hubspot, objectType)),
    findUnreadable(hubspot, target, definitions),
  ])
  const facts: EntityFacts = {
    ...target,
    portal: request.portal,
    definitions,
    unanswered,
    unreadable,
    groups: groups.answer,
    pipelines: pipelines.answer,
    associations: associations.answer,
    rules: rules.answer,
    otherTables: request.otherTables,
  }
  const sample =
    request.sampleRecords === 0
      ? null
      : await sampleValues(hubspot, {
          objectType,
          definitions: definitions.filter(({ name }) => !unreadable.has(name)),
          records: request.sampleRecords,
          onProgress: (read) => onStep(`sample ${read} of ${request.sampleRecords}`),
        })
  const built = buildAnalysis(facts, earlier, sample, request.choices)
  const hidden = built.analysis.properties
    .filter(({ name, archived }) => !archived && unreadable.has(name))
    .map(({ name }) => name)
  return {
    ...built,
    listed: new Set(definitions.map(({ name }) => name)),
    answered: unanswered.size === 0 ? 'all' : 'some',
    unreadable: hidden,
    notes: [
      ...notes,
      ...[groups, pipelines, associations, rules].flatMap(({ note }) => note ?? []),
      ...describeUnreadable(hidden, unreadable),
    ],
  }
}

/**
 * A note only: two keys of a portal may take turns, so missing rights of one change nothing in the analysis.
 */
function describeUnreadable(
  names: readonly string[],
  reasons: ReadonlyMap<string, string>,
): readonly string[] {
  return [...Map.groupBy(names, (name) => reasons.get(name) ?? '')].map(
    ([reason, members]) =>
      `this key may not read ${members.join(', ')}, whose columns stay as they are: ${reason}`,
  )
}

const groupsSchema = z.object({
  results: z.array(
    z.object({ name: z.string(), label: z.string().nullish(), archived: z.boolean().nullish() }),
  ),
})

/** The live property groups of an object type, in no particular order. */
async function readGroups(hubspot: HubSpot, objectType: string): Promise<readonly PropertyGroup[]> {
  const path = hubspot.paths.propertyGroups(objectType)
  const { results } = parseAnswer(groupsSchema, await hubspot.get(path), path)
  return results
    .filter(({ archived }) => archived !== true)
    .map(({ name, label }) => ({ name, label: label ?? '' }))
}
