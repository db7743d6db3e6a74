import type { Analysis } from '../../model/analysis.ts'
import type { Companion, CompanionColumn } from '../../model/companion.ts'
import { companions } from '../../model/companions.ts'
import { hasOverflow, OVERFLOW_COLUMN } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { tableColumns } from '../../model/table-columns.ts'
import { sqlComment, sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import { tableColumnComment } from './describe-property.ts'

interface ColumnView {
  readonly name: string
  readonly definition: string
  readonly comment: string
  readonly separator: string
}

interface SchemaView {
  readonly header: string
  readonly summary: string
  readonly schema: string
  readonly table: string
  readonly tableComment: string
  readonly columns: readonly ColumnView[]
  readonly companions: readonly CompanionSql[]
}

/** A column; nothing is escaped. */
export interface ColumnFacts {
  readonly name: string
  /** Type and constraints, e.g. `bigint NOT NULL`. */
  readonly definition: string
  readonly comment: string
}

/** `schema.sql`: the table from scratch, with HubSpot's labels as comments. */
export function renderSchemaSql(analysis: Analysis): string {
  return renderTemplate('schema.sql', viewSchema(analysis))
}

function viewSchema(analysis: Analysis): SchemaView {
  const columns = columnFacts(analysis)
  const { pluralLabel, id } = analysis.objectType
  const portal = analysis.portal === null ? '' : ` of portal ${analysis.portal.id}`
  return {
    header: entityHeader(analysis.entity),
    summary: sqlComment(
      `${pluralLabel} (${id})${portal}: ${columns.length} columns for ${analysis.properties.length} properties.`,
    ),
    schema: sqlIdentifier(schemaOf(analysis)),
    table: sqlTable(schemaOf(analysis), analysis.table),
    tableComment: sqlLiteral(tableComment(analysis)),
    columns: columns.map((column, position) => ({
      name: sqlIdentifier(column.name),
      definition: column.definition,
      comment: sqlLiteral(column.comment),
      separator: position === columns.length - 1 ? '' : ',',
    })),
    companions: companions(analysis).map((table) => companionSql(schemaOf(analysis), table)),
  }
}

const OVERFLOW: ColumnFacts = {
  name: OVERFLOW_COLUMN,
  definition: `jsonb NOT NULL DEFAULT '{}'`,
  comment: 'Properties without a column of their own, as text, by the name that it would have',
}

/** Every column in the order of the table. */
export function columnFacts(analysis: Analysis): readonly ColumnFacts[] {
  const overflow = hasOverflow(analysis) ? [OVERFLOW] : []
  return [...systemColumns(analysis), ...overflow, ...propertyColumns(analysis)]
}

/** Not escaped. */
export function tableComment({ objectType }: Analysis): string {
  return `HubSpot ${objectType.pluralLabel} (${objectType.id}), synced by hubgen`
}

/** The first columns of every table. */
export function systemColumns({ portal }: Analysis): readonly ColumnFacts[] {
  const portalDefault = portal === null ? '' : ` DEFAULT ${portal.id}`
  return [
    { name: 'id', definition: 'bigint PRIMARY KEY', comment: 'Record id in HubSpot' },
    {
      name: 'portal_id',
      definition: `bigint NOT NULL${portalDefault}`,
      comment: 'Portal that the record was read from',
    },
    {
      name: 'is_deleted',
      definition: 'boolean NOT NULL DEFAULT false',
      comment: 'Archived or gone in HubSpot; always equal to _fivetran_deleted',
    },
    {
      name: '_fivetran_deleted',
      definition: 'boolean NOT NULL DEFAULT false',
      comment: 'Archived or gone in HubSpot; always equal to is_deleted',
    },
    {
      name: '_fivetran_synced',
      definition: 'timestamptz NOT NULL DEFAULT now()',
      comment: 'When this row last changed here',
    },
    {
      name: 'updated_at',
      definition: 'timestamptz NOT NULL',
      comment: 'updatedAt of the record in HubSpot; decides which version is newer',
    },
  ]
}

function propertyColumns(analysis: Analysis): readonly ColumnFacts[] {
  return tableColumns(analysis).map((tableColumn) => ({
    name: tableColumn.column.name,
    definition: tableColumn.column.type,
    comment: tableColumnComment(analysis, tableColumn),
  }))
}

/** A companion table, escaped for SQL. */
interface CompanionSql {
  readonly table: string
  readonly comment: string
  readonly columns: readonly {
    readonly name: string
    readonly definition: string
    readonly comment: string
  }[]
  /** Columns of the primary key. */
  readonly key: string
}

function companionSql(schema: string, { table, ...facts }: Companion): CompanionSql {
  return {
    table: sqlTable(schema, table),
    comment: sqlLiteral(facts.comment),
    columns: facts.columns.map((column) => ({
      name: sqlIdentifier(column.name),
      definition: define(column),
      comment: sqlLiteral(column.comment),
    })),
    key: facts.key.map(sqlIdentifier).join(', '),
  }
}

function define(column: CompanionColumn): string {
  const notNull = column.notNull ? ' NOT NULL' : ''
  return `${column.type}${notNull}${column.default === null ? '' : ` DEFAULT ${column.default}`}`
}
