import type { Analysis } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import type { Relationship } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { type CompanionsFacts, describeCompanions } from './describe-companions.ts'
import {
  describeTable,
  isNotIn,
  otherSide,
  propertyColumn,
  type TableFacts,
} from './describe-table.ts'

interface QueriesView extends TableFacts {
  readonly header: string
  readonly folder: string
  /** The table of properties, and the name of this object type in it. */
  readonly propertyTable: string
  readonly hubspotObject: string
  readonly companions: CompanionsFacts
  readonly links: readonly LinkView[]
  readonly ownerTable: string
  /** Tables of pipelines and stages, if a record's own column refers to them. */
  readonly pipelineTable: string | null
  readonly stages: StagesView | null
}

interface LinkView {
  readonly name: string
  readonly pointsTo: string
  readonly column: string
  /** An expression that counts the records whose value is missing in the other table. */
  readonly notThere: string
  readonly number: number
  readonly separator: string
}

interface StagesView {
  readonly table: string
  readonly pipelineTable: string
  readonly join: string
  /** Whether HubSpot declares which stages are closed, and their probability. */
  readonly knowsClosed: boolean
  readonly weighted: boolean
}

/** `queries.sql`: contents of the table, recent runs, activity by owner, invalid relationships. */
export function renderQueriesSql(analysis: Analysis): string {
  return renderTemplate('queries.sql', viewQueries(analysis))
}

function viewQueries(analysis: Analysis): QueriesView {
  const facts = describeTable(analysis)
  const schema = schemaOf(analysis)
  const [pipelines] = companionsOf(analysis, 'pipelines')
  const pipelineTable = pipelines === undefined ? null : sqlTable(schema, pipelines.table)
  return {
    ...facts,
    header: entityHeader(analysis.entity),
    folder: analysis.entity,
    propertyTable: sqlTable(schema, 'property'),
    hubspotObject: sqlLiteral(analysis.table),
    companions: describeCompanions(analysis),
    links: listLinks(analysis, facts),
    ownerTable: sqlTable(schema, 'owner'),
    pipelineTable: facts.pipeline === null ? null : pipelineTable,
    stages: pipelineTable === null ? null : viewStages(analysis, facts, pipelineTable),
  }
}

function viewStages(
  analysis: Analysis,
  facts: TableFacts,
  pipelineTable: string,
): StagesView | null {
  const [stages] = companionsOf(analysis, 'stages')
  if (facts.stage === null || stages === undefined) return null
  const all = analysis.pipelines.flatMap((pipeline) => pipeline.stages)
  const onStage = `record.${facts.stage} = stage.stage_id`
  return {
    table: sqlTable(schemaOf(analysis), stages.table),
    pipelineTable,
    join:
      facts.pipeline === null
        ? onStage
        : `${onStage} AND record.${facts.pipeline} = stage.pipeline_id`,
    knowsClosed: all.some(({ closed }) => closed !== null),
    weighted: facts.amount !== null && all.some(({ probability }) => probability !== null),
  }
}

function listLinks(analysis: Analysis, facts: TableFacts): readonly LinkView[] {
  const { relationships } = facts
  return relationships.map((relationship, number) => ({
    name: sqlLiteral(relationship.property.name),
    pointsTo: sqlLiteral(relationship.target?.entity ?? relationship.kind),
    column: propertyColumn(relationship.property),
    notThere: countNotThere(analysis, facts, relationship),
    number,
    separator: number === relationships.length - 1 ? '' : ',',
  }))
}

/**
 * The count is null if the other table was never filled. Another entity's table may be missing, and a
 * statement that names it would fail, so it is queried only if it exists.
 */
function countNotThere(
  analysis: Analysis,
  { table }: TableFacts,
  relationship: Relationship,
): string {
  const column = propertyColumn(relationship.property)
  const other = otherSide(analysis, relationship)
  if (other === null) return `count(*) FILTER (WHERE btrim(${column}) = '')`
  if (other.there === 'always') {
    return `CASE WHEN EXISTS (SELECT FROM ${other.table}) THEN count(*) FILTER (WHERE ${column} NOT IN (SELECT ${other.id} FROM ${other.table})) END`
  }
  const query = `SELECT count(*) AS n FROM ${table} WHERE NOT is_deleted AND ${isNotIn(column, other)} HAVING EXISTS (SELECT FROM ${other.table})`
  const name = sqlLiteral(other.table)
  return `CASE WHEN has_table_privilege(to_regclass(${name}), 'SELECT') THEN substring(query_to_xml(${sqlLiteral(query)}, false, true, '')::text FROM '<n>([0-9]+)</n>')::bigint END`
}
