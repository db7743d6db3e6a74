import type { Analysis, SkippedProperty } from './analysis.ts'
import { analysisSchema } from './analysis-schema.ts'
import { compareAssociations } from './compare-associations.ts'
import { compareLists, isSame } from './compare-lists.ts'
import { comparePipelines } from './compare-pipelines.ts'
import { compareAdded, compareProperty, wordProperty } from './compare-properties.ts'
import { compareRules } from './compare-rules.ts'
import { compareText } from './compare-text.ts'
import { type AddDrift, collectDrift, type Drift, type DriftCollection } from './drift.ts'
import { isOriginLearnt } from './property-origin.ts'
import { schemaOf } from './schema-name.ts'
import { shortened, words } from './wording.ts'

/** Names of all definitions that HubSpot lists, including archived ones; null if it was not asked. */
export type ListedNames = ReadonlySet<string> | null

/**
 * The differences between two analyses of an entity: first by property, then the rest. Empty exactly when
 * both would be written as the same file, apart from the order of lists of names.
 */
export function compareAnalyses(
  before: Analysis,
  after: Analysis,
  listed: ListedNames,
): readonly Drift[] {
  // Parsing gives both the same order of keys.
  const [old, now] = [analysisSchema.parse(before), analysisSchema.parse(after)]
  const { add, found } = collectDrift(now.entity)
  compareIdentity(old, now, add)
  compareProperties(old, now, listed, { add, found })
  compareSkipped(old.skipped, now.skipped, add)
  compareGroups(old, now, add)
  comparePipelines(old.pipelines, now.pipelines, add)
  compareAssociations(old, now, add)
  compareRules(old.rules ?? [], now.rules ?? [], add)
  if (old.sampledRecords !== now.sampledRecords) {
    const [from, to] = [old, now].map(({ sampledRecords }) => String(sampledRecords ?? 'none'))
    add(
      'evidence_changed',
      now.entity,
      words`records sampled for evidence: ${[from ?? '']} → ${[to ?? '']}`,
    )
  }
  if (found.length === 0 && !isSame(withoutOrder(old), withoutOrder(now))) {
    add('identity_changed', now.entity, words`other details of its analysis changed`)
  }
  return found
}

/** The order of lists of names has no meaning; people may have edited the file. */
function withoutOrder(analysis: Analysis): object {
  const byText = (items: readonly unknown[]): readonly string[] =>
    items.map((item) => JSON.stringify(item)).toSorted(compareText)
  return {
    ...analysis,
    properties: byText(analysis.properties),
    skipped: byText(analysis.skipped),
    groups: byText(analysis.groups),
    associations: byText(analysis.associations),
    ...(analysis.rules !== undefined && { rules: byText(analysis.rules) }),
  }
}

/** The drift of an entity that was never explored. */
export function missingAnalysis(entity: string): Drift {
  return {
    entity,
    kind: 'analysis_missing',
    subject: entity,
    before: null,
    after: null,
    words: words`it was never explored: there is no analysis.json`,
  }
}

/** The drift of a custom object that the portal no longer has. */
export function missingObjectType(analysis: Analysis): Drift {
  const { entity, objectType } = analysis
  const table = `${schemaOf(analysis)}.${analysis.table}`
  return {
    entity,
    kind: 'object_type_missing',
    subject: objectType.name,
    before: objectType.id,
    after: null,
    words: words`custom object ${objectType.name} (${objectType.id}) is archived or deleted in HubSpot → table ${table} keeps its rows and is no longer synced; delete its folder and its entry in hubgen.config.ts to stop exploring it`,
  }
}

function compareIdentity(old: Analysis, now: Analysis, add: AddDrift): void {
  const identity = (analysis: Analysis) =>
    [
      ['table', `${schemaOf(analysis)}.${analysis.table}`],
      ['object type', analysis.objectType.id],
      ['name in API paths', analysis.objectType.name],
      ['custom object', analysis.objectType.custom ? 'yes' : 'no'],
      ...(isPortalLearnt(old, now) ? [] : [['portal', portalOf(analysis)] as const]),
      ['key property', analysis.keyProperty ?? 'none'],
      ['created property', analysis.createdProperty ?? 'none'],
      ['modified property', analysis.modifiedProperty],
      ['extra indexes', (analysis.extraIndexes ?? []).join(', ') || 'none'],
      ['views for other tools', analysis.compat ?? 'none'],
      ['properties with history', (analysis.history ?? []).join(', ') || 'none'],
      ['table names that other entities use', (analysis.takenTables ?? []).join(', ') || 'none'],
    ] as const
  const labels = (analysis: Analysis) =>
    [
      ['singular label', analysis.objectType.singularLabel],
      ['plural label', analysis.objectType.pluralLabel],
      ...(isPortalLearnt(old, now) ? [['portal', portalOf(analysis)] as const] : []),
      ["portal's time zone", analysis.portal?.timeZone ?? 'none'],
      ["portal's currency", analysis.portal?.currency ?? 'none'],
    ] as const
  const compare = (
    kind: 'identity_changed' | 'entity_relabelled',
    of: typeof identity | typeof labels,
  ) => {
    const [earlier, later] = [of(old), of(now)]
    earlier.forEach(([what, from], index) => {
      const to = later[index]?.[1] ?? ''
      if (from === to) return
      const wording = words`${[what]} ${shortened(from)} → ${shortened(to)}`
      add(kind, now.entity, wording, { before: from, after: to })
    })
  }
  compare('identity_changed', identity)
  compare('entity_relabelled', labels)
}

/** An analysis made from a saved answer has no portal; the first exploration of the portal adds it. */
function isPortalLearnt(old: Analysis, now: Analysis): boolean {
  return old.portal === null && now.portal !== null
}

function portalOf({ portal }: Analysis): string {
  return portal === null ? 'none' : String(portal.id)
}

function compareProperties(
  old: Analysis,
  now: Analysis,
  listed: ListedNames,
  { add, found }: DriftCollection,
): void {
  const properties = compareLists(old.properties, now.properties, ({ name }) => name)
  for (const property of properties.added) compareAdded(property, add)
  for (const property of properties.removed) {
    add(
      'property_removed',
      property.name,
      words`${wordProperty(property)} no longer has a column`,
      {
        before: `${property.column.name} ${property.column.type}`,
      },
    )
  }
  for (const { before, after } of properties.changed) {
    const known = listed?.has(after.name) ?? true
    const seen = found.length
    compareProperty(before, after, known ? 'listed' : 'unlisted', add)
    if (found.length > seen || isOriginLearnt(before, after)) continue
    add('definition_changed', after.name, words`${wordProperty(after)}: other details changed`)
  }
}

function compareSkipped(
  old: readonly SkippedProperty[],
  now: readonly SkippedProperty[],
  add: AddDrift,
): void {
  const skipped = compareLists(old, now, ({ name }) => name)
  for (const property of skipped.added) {
    const wording = words`${wordProperty(property)} has no column: ${property.reason}`
    add('skipped_added', property.name, wording, { after: property.reason })
  }
  for (const property of skipped.removed) {
    const wording = words`${wordProperty(property)}, which had no column, is no longer skipped`
    add('skipped_removed', property.name, wording, { before: property.reason })
  }
  for (const { before, after } of skipped.changed) {
    const wording = words`${wordProperty(after)} still has no column: ${after.reason}`
    add('skipped_changed', after.name, wording, { before: before.reason, after: after.reason })
  }
}

function compareGroups(old: Analysis, now: Analysis, add: AddDrift): void {
  const groups = compareLists(old.groups, now.groups, ({ name }) => name)
  for (const { name, label } of groups.added) {
    add('group_added', name, words`group "${shortened(label)}" (${name}) added`, { after: label })
  }
  for (const { name, label } of groups.removed) {
    add('group_removed', name, words`group "${shortened(label)}" (${name}) removed`, {
      before: label,
    })
  }
  for (const { before, after } of groups.changed) {
    add(
      'group_relabelled',
      after.name,
      words`group ${after.name}: label "${shortened(before.label)}" → "${shortened(after.label)}"`,
      { before: before.label, after: after.label },
    )
  }
}
