import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { CHECKSUM_FILE } from '../disk/checksums.ts'
import type { EntityChoices } from '../explore/check-choices.ts'
import {
  type FoundEntity,
  findEntities,
  type PortalReport,
  type RefusedEntity,
} from '../explore/find-entities.ts'
import type { Analysis } from '../model/analysis.ts'
import { compareAnalyses, missingAnalysis, missingObjectType } from '../model/compare-analyses.ts'
import { compareFiles } from '../model/compare-files.ts'
import type { Drift } from '../model/drift.ts'
import { type Generation, planGeneration } from './plan-generation.ts'

export interface DriftRequest {
  readonly directory: string
  /** As typed, or the folders of explored entities. */
  readonly entities: readonly string[]
  /** Whether files of other entities in the folder count as extra. */
  readonly folder: 'whole' | 'part'
  readonly choicesOf: EntityChoices
  readonly onStep: (entity: string, step: string) => void
}

export interface DriftReport {
  readonly drifts: readonly Drift[]
  /** HubSpot's current definitions, by entity. */
  readonly found: readonly FoundEntity[]
  /** Entities that HubSpot refused to describe, with the reason. */
  readonly unseen: readonly RefusedEntity[]
  /** Properties that have a column and whose values this key may not read: no drift, and no migration. */
  readonly unreadable: readonly UnreadableProperty[]
  /** Custom objects that HubSpot no longer has, as they were. */
  readonly vanished: readonly Analysis[]
  readonly notes: readonly string[]
}

interface UnreadableProperty {
  readonly entity: string
  readonly property: string
}

/** Compares HubSpot's current definitions with the committed analyses; writes nothing. */
export async function findHubSpotDrift(
  hubspot: HubSpot,
  { directory, entities, choicesOf, onStep }: DriftRequest,
): Promise<DriftReport> {
  const found: FoundEntity[] = []
  const portal = await findEntities(hubspot, {
    directory,
    entities,
    refusals: 'reported',
    choicesOf,
    sampleRecords: 0,
    onStep,
    onFound: async (one) => {
      found.push(one)
    },
  })
  return describeFound(found, portal)
}

/** The differences between the definitions that were found and the committed analyses. */
export function describeFound(
  found: readonly FoundEntity[],
  { refused, vanished, notes }: Pick<PortalReport, 'refused' | 'vanished' | 'notes'>,
): DriftReport {
  const changed = found.flatMap(({ entity, earlier, analysis, listed }) =>
    earlier === null ? [missingAnalysis(entity)] : compareAnalyses(earlier, analysis, listed),
  )
  const entityNotes = found.flatMap((one) => one.notes.map((note) => `${one.entity}: ${note}`))
  const drifts = [...changed, ...vanished.map(missingObjectType)]
  const unreadable = found.flatMap((one) =>
    one.unreadable.map((property) => ({ entity: one.entity, property })),
  )
  return { drifts, found, unseen: refused, unreadable, vanished, notes: [...entityNotes, ...notes] }
}

/** Compares the generated files with those that the committed analyses give. */
export async function findFileDrift(
  request: Pick<DriftRequest, 'directory' | 'folder'>,
  entities: readonly string[],
): Promise<readonly Drift[]> {
  return (await planFiles(request, entities)).drifts
}

/** The same with what `hubgen generate` would write; null if there are no entities. */
export async function planFiles(
  { directory, folder }: Pick<DriftRequest, 'directory' | 'folder'>,
  entities: readonly string[],
): Promise<{ readonly drifts: readonly Drift[]; readonly generation: Generation | null }> {
  if (entities.length === 0) return { drifts: [], generation: null }
  const generation = await planGeneration(directory, folder === 'whole' ? 'all' : entities)
  return { drifts: compareFiles(differencesOf(generation), generation.entities), generation }
}

function differencesOf({ plan, disk }: Generation) {
  const paths = [...plan.write.keys()]
  // The checksum file differs whenever another file does; reported only if nothing else differs.
  const own = paths.length === 1 ? paths : paths.filter((path) => path !== CHECKSUM_FILE)
  return {
    missing: own.filter((path) => !disk.has(path)),
    changed: own.filter((path) => disk.has(path)),
    edited: plan.edited,
    extra: [...plan.remove, ...plan.unknown],
  }
}
