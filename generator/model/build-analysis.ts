import type {
  Analysis,
  AnalyzedProperty,
  Association,
  Evidence,
  ObjectType,
  Pipeline,
  PortalFacts,
  PropertyGroup,
  SkippedProperty,
} from './analysis.ts'
import { chooseColumn, chooseTable } from './apply-choices.ts'
import { type Choices, NO_CHOICES } from './choices.ts'
import { nameColumns } from './column-name.ts'
import { findTakenTables } from './companions.ts'
import { compareText } from './compare-text.ts'
import { type ColumnAdvice, decideColumn } from './decide-column.ts'
import { keepRules } from './keep-rules.ts'
import { layOut } from './lay-out.ts'
import { keepUpdatedAt, originOf, purgedFrom } from './property-origin.ts'

/** A property as HubSpot defines it, before any decision. */
export type PropertyDefinition = Omit<
  AnalyzedProperty,
  'column' | 'earlierColumns' | 'evidence' | 'excluded' | 'purged' | 'remadeAt'
>

export type Sensitivity = PropertyDefinition['sensitivity']

/** The contents of one answer about definitions: the live ones of a class, or the archived ones. */
export type DefinitionClass = Sensitivity | `archived ${Sensitivity}`

/** An association as HubSpot answered; its types are null if HubSpot refused to name them. */
export type AnsweredAssociation = Omit<Association, 'types'> & {
  readonly types: Association['types'] | null
}

/** HubSpot's facts about one entity; null for those that were not requested or not answered. */
export interface EntityFacts {
  readonly entity: string
  readonly table: string
  readonly objectType: ObjectType
  readonly portal: PortalFacts | null
  /** Names to use if the properties have them. */
  readonly keyProperty: string | null
  readonly createdProperty: string
  readonly modifiedProperty: string
  /** Live and archived ones, in any order. */
  readonly definitions: readonly PropertyDefinition[]
  /** Classes of which HubSpot returned no definition; their properties do not count as removed. */
  readonly unanswered: ReadonlySet<DefinitionClass>
  /** Live properties whose values this key may not read, with the reason; one that has a column keeps it. */
  readonly unreadable: ReadonlyMap<string, string>
  readonly groups: readonly PropertyGroup[] | null
  readonly pipelines: readonly Pipeline[] | null
  readonly associations: readonly AnsweredAssociation[] | null
  readonly rules?: Analysis['rules'] | null
  /** Tables of other entities' records, if they are known. */
  readonly otherTables?: ReadonlySet<string>
}

export interface Sample {
  readonly records: number
  /** By property name. */
  readonly evidence: ReadonlyMap<string, Evidence>
  /** Number of properties that the fullest sampled record has. */
  readonly fullestRecord?: number
}

export interface BuiltAnalysis {
  readonly analysis: Analysis
  /** Columns that keep an earlier type although the new sample suggests another one. */
  readonly advice: readonly ColumnAdvice[]
  /** Contradictions in the earlier analysis; if there are any, do not use the analysis. */
  readonly problems: readonly string[]
}

/**
 * Decides name and type of every column. Decisions of an earlier analysis stay, including edits by hand;
 * removed properties stay as archived ones; facts that were not answered this time are taken from the earlier
 * analysis. Only `choices`, from hubgen.config.ts, change an earlier decision.
 */
export function buildAnalysis(
  facts: EntityFacts,
  earlier: Analysis | null,
  sample: Sample | null,
  choices: Choices = NO_CHOICES,
): BuiltAnalysis {
  const { kept, skipped } = sortOut(facts, earlier, choices)
  const known = new Map((earlier?.properties ?? []).map((property) => [property.name, property]))
  const earlierNames = new Map(
    [...known.values()].flatMap(({ name, earlierColumns = [] }) =>
      earlierColumns.map((column) => [column.name, name] as const),
    ),
  )
  const { columns, problems } = nameColumns(
    kept.map(({ name }) => name),
    new Map([
      ...[...known].map(([name, { column }]): [string, string] => [name, column.name]),
      ...kept.flatMap(({ name }): [string, string][] => {
        const chosen = choices.columns.get(name)
        return chosen === undefined ? [] : [[name, chosen]]
      }),
    ]),
    earlierNames,
  )
  const takenNames = new Set([
    ...[...columns.values()].map(({ name }) => name),
    ...earlierNames.keys(),
  ])
  const advice: ColumnAdvice[] = []
  const properties: AnalyzedProperty[] = []
  const isHidden = hiddenFrom(facts)
  const isPurged = purgedFrom(facts)
  for (const definition of kept) {
    const name = columns.get(definition.name)
    if (name === undefined) continue
    const before = known.get(definition.name) ?? null
    const sampled = sample?.evidence.get(definition.name) ?? null
    const decided = decideColumn(definition, name, before, sampled)
    if (decided.advice !== null) advice.push(decided.advice)
    const isSampled = sample !== null && !isHidden(definition)
    const evidence = isSampled ? sampled : (before?.evidence ?? null)
    const property: AnalyzedProperty = {
      ...definition,
      ...originOf(definition, before),
      ...(choices.excludedBecause(definition.name) !== null && { excluded: true }),
      ...(isPurged(definition, before) && { purged: true }),
      column: decided.column,
      ...(before?.earlierColumns !== undefined && { earlierColumns: before.earlierColumns }),
      evidence,
    }
    properties.push(keepUpdatedAt(chooseColumn(property, before, choices, takenNames), before))
  }
  const pipelines = facts.pipelines ?? earlier?.pipelines ?? []
  const fullestRecord = fullestOf(sample, earlier, properties.some(isHidden))
  const analysis: Analysis = {
    ...identityOf(facts, earlier),
    ...stampsOf(facts, earlier, properties),
    ...chooseTable(choices, earlier, { properties: kept, pipelines }),
    groups: byName(facts.groups ?? earlier?.groups ?? []),
    properties: byName(properties),
    skipped: byName(keepSkipped(skipped, facts, earlier, properties)),
    pipelines,
    associations: associationsOf(facts, earlier),
    ...keepRules(facts.rules ?? null, earlier),
    sampledRecords: sample?.records ?? earlier?.sampledRecords ?? null,
    ...(fullestRecord !== undefined && { fullestRecord }),
  }
  const named = { ...analysis, ...keepTablesApart(analysis, facts, earlier) }
  return { analysis: layOut(named, earlier), advice, problems }
}

/** Tables never change their names, because they may hold rows: a name that was taken stays taken. */
function keepTablesApart(
  analysis: Analysis,
  { otherTables = new Set() }: EntityFacts,
  earlier: Analysis | null,
): Pick<Analysis, 'takenTables'> {
  const before = earlier?.takenTables ?? []
  const taken = [...new Set([...before, ...findTakenTables(analysis, otherTables)])].sort()
  return taken.length === 0 ? {} : { takenTables: taken }
}

/** Selects the definitions that get a column: live readable ones, and those that already have one. */
function sortOut(
  facts: EntityFacts,
  earlier: Analysis | null,
  choices: Choices,
): { kept: PropertyDefinition[]; skipped: SkippedProperty[] } {
  const known = new Map((earlier?.properties ?? []).map((property) => [property.name, property]))
  const kept = new Map<string, PropertyDefinition>()
  const skipped: SkippedProperty[] = []
  const live = facts.definitions.filter(({ archived }) => !archived)
  const liveNames = new Set(live.map(({ name }) => name))
  const archived = facts.definitions.filter((one) => one.archived && !liveNames.has(one.name))
  for (const definition of [...live, ...archived]) {
    const { name, label, type } = definition
    const before = known.get(name)
    const excluded = choices.excludedBecause(name)
    if (before !== undefined && (definition.archived || excluded !== null)) continue
    const unreadable = facts.unreadable.get(name) ?? null
    const reason = kept.has(name)
      ? 'HubSpot sent two definitions of this name; the first one counts.'
      : (skipReason(definition) ?? (before === undefined ? unreadable : null) ?? excluded)
    if (reason !== null) skipped.push({ name, label, type, reason })
    else if (before === undefined || unreadable === null) kept.set(name, definition)
    else kept.set(name, { ...definition, archived: wasArchived(before) })
  }
  for (const property of known.values()) {
    if (kept.has(property.name)) continue
    const archived =
      wasArchived(property) ||
      choices.excludedBecause(property.name) !== null ||
      !facts.unanswered.has(property.sensitivity)
    kept.set(property.name, { ...definitionOf(property), archived })
  }
  return { kept: [...kept.values()], skipped }
}

/** For another reason than that hubgen.config.ts left it out, which it may no longer do. */
function wasArchived({ archived, excluded }: AnalyzedProperty): boolean {
  return archived && excluded !== true
}

/** A skipped property that is missing now may belong to an unanswered class, so it is kept. */
function keepSkipped(
  skipped: readonly SkippedProperty[],
  { unanswered, definitions }: EntityFacts,
  earlier: Analysis | null,
  properties: readonly AnalyzedProperty[],
): readonly SkippedProperty[] {
  if (unanswered.size === 0 || earlier === null) return skipped
  const answered = new Set([...definitions, ...properties].map(({ name }) => name))
  return [...skipped, ...earlier.skipped.filter(({ name }) => !answered.has(name))]
}

/** Finds the properties whose values a sample with this key does not show. */
function hiddenFrom({ unanswered, unreadable }: EntityFacts) {
  return ({ name, sensitivity }: Pick<PropertyDefinition, 'name' | 'sensitivity'>): boolean =>
    unreadable.has(name) || unanswered.has(sensitivity)
}

/** A key that does not see every property counts fewer in the fullest record than there are. */
function fullestOf(
  sample: Sample | null,
  earlier: Analysis | null,
  hidesSome: boolean,
): number | undefined {
  if (sample === null) return earlier?.fullestRecord
  const { fullestRecord } = sample
  return hidesSome && fullestRecord !== undefined
    ? Math.max(fullestRecord, earlier?.fullestRecord ?? 0)
    : fullestRecord
}

/**
 * Refused associations stay as they were: an association does not end because a key may not see its other
 * end.
 */
function associationsOf(
  { associations }: EntityFacts,
  earlier: Analysis | null,
): readonly Association[] {
  const before = earlier?.associations ?? []
  if (associations === null) return before
  return associations.flatMap(({ types, ...end }) =>
    types === null
      ? before.filter(({ objectTypeId }) => objectTypeId === end.objectTypeId)
      : { ...end, types },
  )
}

function skipReason(definition: PropertyDefinition): string | null {
  if (definition.name === '') return 'HubSpot sent a definition without a name.'
  if (definition.type === '') return 'HubSpot sent a definition without a type.'
  if (definition.archived) return 'Archived in HubSpot before it was first explored.'
  return null
}

function definitionOf(property: AnalyzedProperty): PropertyDefinition {
  const { column: _1, earlierColumns: _2, evidence: _3, excluded: _4, ...rest } = property
  const { remadeAt: _5, purged: _6, ...definition } = rest
  return definition
}

function identityOf(
  facts: EntityFacts,
  earlier: Analysis | null,
): Pick<Analysis, 'entity' | 'table' | 'objectType' | 'portal'> {
  return {
    entity: facts.entity,
    table: earlier?.table ?? facts.table,
    // A saved answer does not contain the object type; an earlier analysis may.
    objectType:
      facts.portal === null ? (earlier?.objectType ?? facts.objectType) : facts.objectType,
    portal: facts.portal ?? earlier?.portal ?? null,
  }
}

function stampsOf(
  facts: EntityFacts,
  earlier: Analysis | null,
  properties: readonly AnalyzedProperty[],
): Pick<Analysis, 'keyProperty' | 'createdProperty' | 'modifiedProperty'> {
  const live = new Set(properties.filter(({ archived }) => !archived).map(({ name }) => name))
  const firstLive = (...names: readonly (string | null | undefined)[]): string | null =>
    names.find((name): name is string => typeof name === 'string' && live.has(name)) ?? null
  return {
    keyProperty: firstLive(earlier?.keyProperty, facts.keyProperty),
    createdProperty: firstLive(facts.createdProperty, 'hs_createdate', 'createdate'),
    modifiedProperty: facts.modifiedProperty,
  }
}

function byName<Named extends { readonly name: string }>(list: readonly Named[]): Named[] {
  return [...list].sort((left, right) => compareText(left.name, right.name))
}
