import type { Analysis, Pipeline, PipelineStage } from '../../model/analysis.ts'
import type { Relationship } from '../../model/relationships.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { type CompanionsFacts, describeCompanions } from './describe-companions.ts'
import { describeTable, invalidId, propertyColumn, type TableFacts } from './describe-table.ts'

interface QueriesView extends TableFacts {
  readonly header: string
  readonly folder: string
  /** The table of properties, and the name of this object type in it. */
  readonly propertyTable: string
  readonly hubspotObject: string
  readonly companions: CompanionsFacts
  readonly links: readonly LinkView[]
  readonly pipelines: readonly PipelineView[]
  readonly stages: readonly StageView[]
  /** The join conditions of records with the lists of pipelines and stages. */
  readonly pipelineJoin: string | null
  readonly stageJoin: string | null
  readonly knowsClosed: boolean
  readonly weighted: boolean
}

interface LinkView {
  readonly name: string
  readonly pointsTo: string
  readonly column: string
  readonly invalid: string
  readonly number: number
  readonly separator: string
}

interface PipelineView {
  readonly id: string
  readonly label: string
  readonly position: number
  readonly separator: string
}

interface StageView extends PipelineView {
  readonly pipelineId: string
  readonly pipelineLabel: string
  readonly closed: string
  readonly probability: string
}

/** `queries.sql`: contents of the table, recent runs, activity by owner, invalid relationships. */
export function renderQueriesSql(analysis: Analysis): string {
  return renderTemplate('queries.sql', viewQueries(analysis))
}

function viewQueries(analysis: Analysis): QueriesView {
  const facts = describeTable(analysis)
  const stages = listStages(analysis.pipelines)
  const allStages = analysis.pipelines.flatMap((pipeline) => pipeline.stages)
  return {
    ...facts,
    header: entityHeader(analysis.entity),
    folder: analysis.entity,
    propertyTable: sqlTable(schemaOf(analysis), 'property'),
    hubspotObject: sqlLiteral(analysis.table),
    companions: describeCompanions(analysis),
    links: listLinks(facts.relationships, analysis.pipelines),
    pipelines: listPipelines(analysis.pipelines),
    stages,
    pipelineJoin:
      facts.pipeline === null || analysis.pipelines.length === 0
        ? null
        : `record.${facts.pipeline} = pipeline.id`,
    stageJoin: facts.stage === null || stages.length === 0 ? null : joinStage(facts),
    knowsClosed: allStages.some(({ closed }) => closed !== null),
    weighted:
      facts.amount !== null &&
      stages.some(({ probability }) => probability !== UNKNOWN_PROBABILITY),
  }
}

const UNKNOWN_PROBABILITY = 'NULL::numeric'

function joinStage(facts: TableFacts): string {
  const onStage = `record.${facts.stage} = stage.id`
  return facts.pipeline === null
    ? onStage
    : `${onStage} AND record.${facts.pipeline} = stage.pipeline_id`
}

function listLinks(
  relationships: readonly Relationship[],
  pipelines: readonly Pipeline[],
): readonly LinkView[] {
  return relationships.map((relationship, number) => ({
    name: sqlLiteral(relationship.property.name),
    pointsTo: sqlLiteral(relationship.target?.entity ?? relationship.kind),
    column: propertyColumn(relationship.property),
    invalid: invalidId(relationship, pipelines),
    number,
    separator: number === relationships.length - 1 ? '' : ',',
  }))
}

function listPipelines(pipelines: readonly Pipeline[]): readonly PipelineView[] {
  return pipelines.map(({ id, label }, index) => ({
    id: sqlLiteral(id),
    label: sqlLiteral(label),
    position: index + 1,
    separator: index === pipelines.length - 1 ? '' : ',',
  }))
}

function listStages(pipelines: readonly Pipeline[]): readonly StageView[] {
  const pairs = pipelines.flatMap((pipeline) =>
    pipeline.stages.map((stage) => ({ pipeline, stage })),
  )
  return pairs.map(({ pipeline, stage }, index) => ({
    pipelineId: sqlLiteral(pipeline.id),
    pipelineLabel: sqlLiteral(pipeline.label),
    id: sqlLiteral(stage.id),
    label: sqlLiteral(stage.label),
    position: index + 1,
    closed: stage.closed === null ? 'NULL::boolean' : String(stage.closed),
    probability: probabilityOf(stage),
    separator: index === pairs.length - 1 ? '' : ',',
  }))
}

/** HubSpot writes a fraction, e.g. `0.2`; other values are not used as weights. */
function probabilityOf({ probability }: PipelineStage): string {
  return probability !== null && /^\d{1,3}(\.\d{1,20})?$/.test(probability)
    ? probability
    : UNKNOWN_PROBABILITY
}
