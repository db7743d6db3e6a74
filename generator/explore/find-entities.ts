import { HubgenError } from '../../runtime/errors.ts'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { listOwners } from '../../runtime/hubspot/read-owners.ts'
import type { Analysis, PortalFacts } from '../model/analysis.ts'
import { findStandardObjectType, STANDARD_OBJECT_TYPES } from '../model/object-types.ts'
import { analysisInvalid, analysisPath, readAnalyses, readAnalysis } from './analysis-folder.ts'
import { checkChoices, checkCommonPatterns, type EntityChoices } from './check-choices.ts'
import { type EntityTarget, standardTarget } from './entity-target.ts'
import { type ExploredEntity, exploreEntity } from './explore-entity.ts'
import type { AssociationEnd } from './read-associations.ts'
import { isAbsence, isRefusal, isUnknownType, readOptional } from './read-optional.ts'
import { type CustomTargets, readCustomTargets, resolveTarget } from './resolve-targets.ts'

/** One entity as HubSpot describes it now, and its earlier analysis. */
export interface FoundEntity extends ExploredEntity {
  readonly entity: string
  /** Of its `analysis.json`. */
  readonly path: string
  /** Null when it was never explored. */
  readonly earlier: Analysis | null
}

export interface PortalReport {
  readonly portal: PortalFacts
  /** Null when this token may not list them. */
  readonly owners: OwnerCounts | null
  /**
   * Entities that this token may not read, with the reason; only with `all` or `reported`, otherwise it
   * fails.
   */
  readonly refused: readonly RefusedEntity[]
  /**
   * Explored custom objects that are no longer in the portal; only with `all` or `reported`, otherwise it
   * fails.
   */
  readonly vanished: readonly Analysis[]
  /** About the portal as a whole. */
  readonly notes: readonly string[]
}

export interface RefusedEntity {
  readonly entity: string
  readonly reason: string
}

export interface FindRequest {
  readonly directory: string
  /** As a person typed them; `all` for every entity that the portal has. */
  readonly entities: readonly string[] | 'all'
  /** `reported` adds every refused entity to the report; `all` does so for some kinds of refusal. */
  readonly refusals?: 'reported'
  readonly choicesOf: EntityChoices
  readonly sampleRecords: number
  readonly onStep: (entity: string, step: string) => void
  /** Called for one entity after another, as soon as each is complete. */
  readonly onFound: (found: FoundEntity) => Promise<void>
}

/**
 * Entities that others are commonly associated with; HubSpot does not list which object types can be
 * associated.
 */
const ASSOCIATED_ENTITIES = [
  'contacts',
  'companies',
  'deals',
  'tickets',
  'line_items',
  'products',
  'quotes',
  'invoices',
  'orders',
  'leads',
  'calls',
  'emails',
  'meetings',
  'notes',
  'tasks',
  'communications',
]

/**
 * Explores entities one after another and writes nothing. Resolves all names first, so a misspelled one
 * changes nothing. With `all`, skips entities that the portal lacks and reports those that the token may not
 * read; for named entities both are errors.
 */
export async function findEntities(hubspot: HubSpot, request: FindRequest): Promise<PortalReport> {
  const { portalId, timeZone, currency } = await hubspot.account()
  const portal: PortalFacts = { id: portalId, timeZone, currency }
  const all = await readAnalyses(request.directory)
  const analyses = all.filter(({ objectType }) => objectType.custom)
  const [custom, owners] = await Promise.all([
    readCustomTargets(hubspot, analyses),
    readOptional('owners', countOwners(hubspot)),
  ])
  const vanished = findVanished(analyses, custom, request)
  const { entities: asked } = request
  const entities =
    asked === 'all' ? 'all' : asked.filter((typed) => !vanished.some((one) => isNamed(one, typed)))
  const refused: RefusedEntity[] = []
  const refusedTypes = new Set<string>()
  const absentTypes = new Set<string>()
  const targets = chooseTargets(entities, custom)
  for (const target of targets) {
    try {
      const found = await findEntity(
        hubspot,
        target,
        portal,
        { custom, analyses, refusedTypes, absentTypes },
        request,
      )
      all.push(found.analysis)
      await request.onFound(found)
    } catch (error) {
      const reported = request.entities === 'all' || request.refusals === 'reported'
      if (!reported || !isRefusal(error)) throw forTarget(error, target)
      const { custom: isCustom } = target.objectType
      const absent = request.entities === 'all' && isAbsence(error) && !isCustom
      if (!absent) refused.push({ entity: target.entity, reason: error.message })
      if (!isAbsence(error)) refusedTypes.add(target.objectType.id)
      const isUnknown = !isCustom && isUnknownType(error, target.objectType.id)
      if (isUnknown) absentTypes.add(target.objectType.id)
    }
  }
  const [target] = targets
  const notes = [
    ...[custom.note, owners.note].filter((note) => note !== null),
    ...(target === undefined ? [] : checkCommonPatterns(request.choicesOf(target), all)),
  ]
  return { portal, owners: owners.answer, refused, vanished, notes }
}

/** Those of the requested objects that are gone; empty if custom objects cannot be listed. */
function findVanished(
  analyses: readonly Analysis[],
  custom: CustomTargets,
  { entities, refusals }: FindRequest,
): readonly Analysis[] {
  if (refusals !== 'reported' || custom.note !== null) return []
  const live = new Set(custom.objects.map(({ typeId }) => typeId))
  return analyses.filter(
    (analysis) =>
      !live.has(analysis.objectType.id) &&
      (entities === 'all' || entities.some((typed) => isNamed(analysis, typed))),
  )
}

function isNamed({ entity, objectType }: Analysis, typed: string): boolean {
  const wanted = typed.trim().toLowerCase()
  return [entity, objectType.id, objectType.name.toLowerCase()].includes(wanted)
}

function chooseTargets(entities: readonly string[] | 'all', custom: CustomTargets): EntityTarget[] {
  if (entities === 'all') {
    const names = new Set(custom.targets.flatMap(({ entity, table }) => [entity, table]))
    const free = STANDARD_OBJECT_TYPES.filter(
      (one) => !names.has(one.entity) && !names.has(one.table),
    )
    return [...free.map(standardTarget), ...custom.targets]
  }
  const chosen = new Map<string, EntityTarget>()
  for (const typed of entities) {
    const target = resolveTarget(typed, custom)
    chosen.set(target.entity, target)
  }
  return [...chosen.values()]
}

interface KnownTypes {
  readonly custom: CustomTargets
  readonly analyses: readonly Analysis[]
  /** Type ids that HubSpot refused to this key, so far. */
  readonly refusedTypes: ReadonlySet<string>
  /** Type ids that this portal does not have, as far as HubSpot answered so in this run. */
  readonly absentTypes: Set<string>
}

async function findEntity(
  hubspot: HubSpot,
  target: EntityTarget,
  portal: PortalFacts,
  known: KnownTypes,
  request: FindRequest,
): Promise<FoundEntity> {
  const { custom, analyses } = known
  const path = analysisPath(request.directory, target.entity)
  const earlier = await readAnalysis(path)
  if (earlier?.portal && hubspot.sharesFiles) throw ofOnePortal(path, earlier.portal)
  if (earlier?.portal && earlier.portal.id !== portal.id) {
    throw portalMismatch(path, earlier.portal, portal)
  }
  const choices = request.choicesOf(target)
  const found = await exploreEntity(hubspot, {
    target,
    portal: hubspot.sharesFiles ? null : portal,
    earlier,
    choices,
    ends: associationEnds(target, earlier, known),
    onAbsent: (objectTypeId) => known.absentTypes.add(objectTypeId),
    otherTables: new Set(
      [...custom.targets, ...analyses]
        .map(({ table }) => table)
        .filter((table) => table !== target.table),
    ),
    sampleRecords: request.sampleRecords,
    onStep: (step) => request.onStep(target.entity, step),
  })
  const { entity } = target
  const checked = { ...found, entity, path, earlier }
  const notes = [...found.notes, ...checkChoices(choices, checked)]
  if (found.problems.length > 0) throw analysisInvalid(path, found.problems)
  return { ...checked, notes }
}

/**
 * Includes the entity itself, because records of one kind may be associated with each other, and every
 * earlier end except for custom objects that are no longer listed.
 */
function associationEnds(
  target: EntityTarget,
  earlier: Analysis | null,
  { custom, refusedTypes, absentTypes }: KnownTypes,
): AssociationEnd[] {
  const common = ASSOCIATED_ENTITIES.flatMap((name) => findStandardObjectType(name) ?? [])
  const ends = new Map([[target.objectType.id, target.entity]])
  for (const { id, entity } of common) ends.set(id, entity)
  for (const { objectType, entity } of custom.targets) ends.set(objectType.id, entity)
  for (const { objectTypeId, entity } of earlier?.associations ?? []) {
    const isStandard = findStandardObjectType(objectTypeId) !== undefined
    const mayBeThere = isStandard || custom.note !== null
    if (mayBeThere && !ends.has(objectTypeId)) ends.set(objectTypeId, entity)
  }
  const isListed = (objectTypeId: string) =>
    custom.note === null || findStandardObjectType(objectTypeId) !== undefined
  const listed = (objectTypeId: string) => {
    if (refusedTypes.has(objectTypeId)) return 'refused'
    if (absentTypes.has(objectTypeId)) return 'absent'
    return isListed(target.objectType.id) && isListed(objectTypeId) ? 'yes' : 'unknown'
  }
  return [...ends].map(([objectTypeId, entity]) => ({
    objectTypeId,
    entity,
    listed: listed(objectTypeId),
  }))
}

/** Adds the entity's name, and the scope that it usually needs, to HubSpot's refusal. */
function forTarget(error: unknown, target: EntityTarget): unknown {
  if (!isRefusal(error)) return error
  const { code, message, at, fix } = error
  const scope = code === 'SCOPE_MISSING' && !message.includes('`')
  return new HubgenError(code, `cannot explore \`${target.entity}\`: ${message}`, {
    ...(at !== undefined && { at }),
    ...(scope
      ? { fix: `add \`${target.scope}\` to the key in HubSpot, then run the command again` }
      : fix !== undefined && { fix }),
    cause: error,
  })
}

function portalMismatch(path: string, before: PortalFacts, now: PortalFacts): HubgenError {
  return new HubgenError(
    'PORTAL_MISMATCH',
    `the analysis is from portal \`${before.id}\`, but the token reads portal \`${now.id}\``,
    {
      at: path,
      fix: 'use the token of that portal, or another folder for this one: `--directory <folder>`',
    },
  )
}

function ofOnePortal(path: string, { id }: PortalFacts): HubgenError {
  return new HubgenError(
    'PORTAL_MISMATCH',
    `the analysis is from portal \`${id}\` alone, but hubgen.portals.ts shares it between portals`,
    {
      at: path,
      fix: 'explore into a new folder, which `generated` in hubgen.portals.ts names',
    },
  )
}

interface OwnerCounts {
  readonly live: number
  /** Records still contain their ids. */
  readonly archived: number
}

/** Counts the portal's owners; discards their names and addresses. */
async function countOwners(hubspot: HubSpot): Promise<OwnerCounts> {
  const lists = [listOwners(hubspot, 'false'), listOwners(hubspot, 'true')] as const
  const [live, archived] = await Promise.all(lists)
  return { live: live.items.length, archived: archived.items.length }
}
