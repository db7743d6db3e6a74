import type { Analysis } from '../../model/analysis.ts'
import { dayColumns, portalZone } from '../../model/day-columns.ts'
import { countColumns } from '../../model/fit.ts'
import { labelledViewName } from '../../model/labels.ts'
import { STANDARD_OBJECT_TYPES } from '../../model/object-types.ts'
import { hasOwnColumn } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { type CompanionsFacts, describeCompanions } from '../entity/describe-companions.ts'
import { describeTable } from '../entity/describe-table.ts'
import { nameEntity } from '../entity/entity-names.ts'
import { judgeRules } from '../entity/rule-checks.ts'
import { markdownCode, markdownSentence, markdownText } from '../text/escape-markdown.ts'
import { sqlTable } from '../text/escape-sql.ts'
import { typescriptString } from '../text/escape-typescript.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { type ConversionView, listConversions } from './readme-conversions.ts'
import { type CopyView, viewCopy } from './readme-copy.ts'
import { drawNeighbours } from './readme-diagram.ts'
import {
  type GroupView,
  listGroups,
  listSkipped,
  listTypes,
  type SkippedView,
  type TypeView,
} from './readme-properties.ts'
import {
  type AssociationView,
  type JoinView,
  type LinkView,
  listAssociations,
  listJoins,
  listLinks,
} from './readme-relationships.ts'
import { renderResults } from './results-section.ts'

interface ReadmeView extends CopyView {
  readonly header: string
  readonly title: string
  readonly entity: string
  readonly entityConstant: string
  readonly table: string
  readonly tableKey: string
  readonly labelledView: string
  readonly objectType: string
  readonly portal: string
  readonly portalCheck: string
  readonly propertyCount: string
  readonly columnCount: number
  readonly groupCount: number
  readonly indexCount: number
  readonly keyProperty: string
  readonly createdProperty: string
  readonly modifiedProperty: string
  readonly modifiedColumn: string
  readonly pipelines: string | null
  readonly sampled: string
  readonly scope: string
  readonly sensitive: string | null
  readonly someProperty: string | null
  readonly types: readonly TypeView[]
  readonly groups: readonly GroupView[]
  readonly skipped: readonly SkippedView[]
  readonly skippedCount: number
  readonly indexes: readonly {
    readonly name: string
    readonly column: string
    readonly reason: string
  }[]
  readonly zone: string
  readonly dayColumns: readonly { readonly name: string; readonly column: string }[]
  readonly conversions: readonly ConversionView[]
  readonly links: readonly LinkView[]
  readonly joins: readonly JoinView[]
  readonly associations: readonly AssociationView[]
  /** Lines of a Mermaid diagram. */
  readonly diagram: readonly string[]
  /** HubSpot's validation rules; null if there are none. */
  readonly rules: readonly RuleView[] | null
  /** The sections that `hubgen report` fills in, as they are before it ran. */
  readonly results: string
  /** An example of a property for the configuration. */
  readonly thresholdExample: string
  /** At most one example. */
  readonly linkJoins: CompanionsFacts['associations']
}

interface RuleView {
  readonly property: string
  readonly rule: string
  /** `counted`, or why the rule is not checked. */
  readonly check: string
}

/** The setup document of one entity, with its portal's numbers. */
export function renderReadme(analysis: Analysis): string {
  return renderTemplate('README.md', viewReadme(analysis))
}

function viewReadme(analysis: Analysis): ReadmeView {
  const facts = describeTable(analysis)
  const names = nameEntity(analysis)
  const { objectType, properties } = analysis
  return {
    header: entityHeader(analysis.entity),
    title: markdownText(objectType.pluralLabel),
    entity: analysis.entity,
    entityConstant: names.entity,
    table: facts.table,
    labelledView: sqlTable(schemaOf(analysis), labelledViewName(analysis.table)),
    tableKey: typescriptString(`${schemaOf(analysis)}.${analysis.table}`),
    objectType: markdownCode(objectType.id),
    ...describePortal(analysis),
    ...describeStamps(analysis),
    modifiedColumn: markdownCode(
      facts.indexes.find(({ kind }) => kind === 'modified')?.column ?? 'updated_at',
    ),
    propertyCount: countProperties(analysis),
    columnCount: countColumns(analysis),
    groupCount: new Set(properties.map(({ group }) => group)).size,
    indexCount: facts.indexes.length,
    pipelines: countPipelines(analysis),
    sampled: describeSample(analysis),
    scope: readScope(analysis),
    sensitive: countSensitive(analysis),
    someProperty: sampleColumn(analysis),
    types: listTypes(properties),
    groups: listGroups(analysis),
    skipped: listSkipped(analysis),
    skippedCount: analysis.skipped.length,
    indexes: facts.indexes.map(({ name, column, predicate, reason }) => ({
      name: markdownCode(name),
      column: `${markdownCode(column)}${predicate === null ? '' : ` where ${markdownCode(predicate)}`}`,
      reason: markdownSentence(reason),
    })),
    zone: markdownText(portalZone(analysis) ?? ''),
    dayColumns: dayColumns(analysis).map(({ property, name }) => ({
      name: markdownCode(name),
      column: markdownCode(property.column.name),
    })),
    conversions: listConversions(analysis),
    links: listLinks(facts.relationships),
    joins: listJoins(facts.relationships),
    associations: listAssociations(analysis),
    diagram: drawNeighbours(analysis),
    rules: listRules(analysis),
    results: renderResults(analysis.entity, null),
    thresholdExample: exampleName(analysis),
    ...viewCopy(analysis),
    linkJoins: describeCompanions(analysis).associations.slice(0, 1),
  }
}

function listRules(analysis: Analysis): ReadmeView['rules'] {
  const judged = judgeRules(analysis)
  if (judged.length === 0) return null
  return judged.map(({ rule: { property, kind, arguments: given }, unchecked }) => ({
    property: markdownCode(property),
    rule: [kind, ...given].map(markdownCode).join(' '),
    check: unchecked === null ? 'counted' : `not checked: ${unchecked}`,
  }))
}

function describePortal({ portal }: Analysis): Pick<ReadmeView, 'portal' | 'portalCheck'> {
  if (portal === null) {
    return {
      portal: 'unknown: explored from a saved file',
      portalCheck:
        'The token may belong to any portal, because the analysis comes from a saved file.',
    }
  }
  const { id, currency, timeZone } = portal
  return {
    portal: `${id} (${markdownText(currency)}, ${markdownText(timeZone)})`,
    portalCheck: `hubgen refuses the token of another portal than ${id} before it reads anything.`,
  }
}

function describeStamps(
  analysis: Analysis,
): Pick<ReadmeView, 'keyProperty' | 'createdProperty' | 'modifiedProperty'> {
  const nameOrNone = (name: string | null) => (name === null ? 'none' : markdownCode(name))
  return {
    keyProperty: nameOrNone(analysis.keyProperty),
    createdProperty: nameOrNone(analysis.createdProperty),
    modifiedProperty: markdownCode(analysis.modifiedProperty),
  }
}

function countProperties({ properties }: Analysis): string {
  const archived = properties.filter((property) => property.archived).length
  const excluded = properties.some((one) => one.excluded) ? ' or left out by hubgen.config.ts' : ''
  return archived === 0
    ? `${properties.length}, all of them synced`
    : `${properties.length}, of which ${archived} archived in HubSpot${excluded} and no longer synced`
}

function countPipelines({ pipelines }: Analysis): string | null {
  if (pipelines.length === 0) return null
  const stages = pipelines.reduce((sum, pipeline) => sum + pipeline.stages.length, 0)
  const pipelineWord = pipelines.length === 1 ? 'pipeline' : 'pipelines'
  return `${pipelines.length} ${pipelineWord} with ${stages} ${stages === 1 ? 'stage' : 'stages'}`
}

function describeSample({ entity, sampledRecords }: Analysis): string {
  return sampledRecords === null
    ? `none; \`npx hubgen explore ${entity} --sample 500\` samples values`
    : String(sampledRecords)
}

function readScope({ objectType }: Analysis): string {
  const standard = STANDARD_OBJECT_TYPES.find(({ id }) => id === objectType.id)
  return standard?.scope ?? 'crm.objects.custom.read'
}

function countSensitive({ properties }: Analysis): string | null {
  const sensitive = properties.filter(({ sensitivity }) => sensitivity !== 'non_sensitive').length
  return sensitive === 0 ? null : `${sensitive} ${sensitive === 1 ? 'property' : 'properties'}`
}

/** A column for the examples: the key property's, otherwise the first one. */
function sampleColumn(analysis: Analysis): string | null {
  const { keyProperty } = analysis
  const properties = analysis.properties.filter(hasOwnColumn)
  const property = properties.find(({ name }) => name === keyProperty) ?? properties[0]
  return property === undefined ? null : typescriptString(property.column.name)
}

/** The key property if its name needs no quotes in a configuration, otherwise the first such property. */
function exampleName({ keyProperty, properties }: Analysis): string {
  const names = [keyProperty ?? '', ...properties.map(({ name }) => name)]
  return names.find((name) => /^[a-z][a-z0-9_]*$/.test(name)) ?? 'name'
}
