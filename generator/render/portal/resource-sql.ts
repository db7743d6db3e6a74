import type { Resource } from '../../../runtime/resources/resource.ts'
import type {
  ResourceTable,
  ResourceTableColumn,
} from '../../../runtime/resources/resource-tables.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../../model/portal-folder.ts'
import { sqlComment, sqlIdentifier, sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import type { PortalResource } from './portal-resources.ts'

/** A column of a table of a resource; nothing is escaped. */
export interface ResourceColumnFacts {
  readonly name: string
  readonly definition: string
  readonly comment: string
}

/** `schema.sql`: the tables from scratch. */
export function renderResourceSchema(
  { resource, tables }: PortalResource,
  { schema, portal }: PortalAnalysis,
): string {
  return renderTemplate('portal/schema.sql', {
    header: entityHeader(PORTAL_FOLDER),
    summary: sqlComment(resource.title),
    schema: sqlIdentifier(schema),
    tables: tables.map((table) => ({
      table: sqlTable(schema, table.name),
      comment: sqlLiteral(`${table.title.replace(/\.$/, '')}, synced by hubgen`),
      key: table.key.map(sqlIdentifier).join(', '),
      columns: columnFactsOf(table, portal.id).map(({ name, definition, comment }) => ({
        name: sqlIdentifier(name),
        definition,
        comment: sqlLiteral(comment),
      })),
    })),
  })
}

/**
 * `indexes.sql`: an index for each column that refers to another table, and those by which rows without a contact are
 * found; null if there is none.
 */
export function renderResourceIndexes(
  { resource, tables }: PortalResource,
  { schema }: PortalAnalysis,
): string | null {
  const references = tables.flatMap((table) =>
    Object.entries(table.refs)
      .filter(([column]) => table.key[0] !== column)
      .map(([column, target]) => ({
        reason: sqlComment(`Joins with ${target}.`),
        name: sqlIdentifier(indexName(table.name, column)),
        table: sqlTable(schema, table.name),
        method: 'btree',
        column: sqlIdentifier(column),
        predicate: null,
      })),
  )
  const indexes = [...references, ...contactIndexes(resource, schema)]
  if (indexes.length === 0) return null
  return renderTemplate('indexes.sql', { header: entityHeader(PORTAL_FOLDER), indexes })
}

/** Every read looks for the contacts of new rows, and of recent ones whose contact was not there. */
function contactIndexes({ name, derive, stamp }: Resource, schema: string) {
  if (derive === undefined || stamp === undefined) return []
  return [
    {
      ...{
        reason: 'Finds rows whose contact was not looked for yet.',
        predicate: 'contact_match IS NULL',
      },
      name: sqlIdentifier(indexName(name, 'unmatched')),
    },
    {
      ...{ reason: 'Finds rows without a contact.', predicate: "contact_match = 'none'" },
      name: sqlIdentifier(indexName(name, 'no_contact')),
    },
  ].map((index) => ({
    ...index,
    table: sqlTable(schema, name),
    method: 'btree',
    column: sqlIdentifier(stamp.column),
  }))
}

/** Postgres allows 63 bytes; names of resources and their columns are ours, and short. */
function indexName(table: string, column: string): string {
  return `${table}_${column}_idx`.slice(0, 63)
}

/** Every column of a table in its order. */
export function columnFactsOf(
  table: ResourceTable,
  portalId: number,
): readonly ResourceColumnFacts[] {
  const isOwn = table.entries.length === 0
  return [
    ...table.columns.map((column) => ({
      name: column.name,
      definition: `${column.type}${table.key.includes(column.name) ? ' NOT NULL' : ''}`,
      comment: describeColumn(table, column),
    })),
    ...(isOwn
      ? [
          {
            name: 'portal_id',
            definition: `bigint NOT NULL DEFAULT ${portalId}`,
            comment: 'Portal that the row was read from',
          },
        ]
      : []),
    ...(table.marksDeleted
      ? [
          {
            name: '_fivetran_deleted',
            definition: 'boolean NOT NULL DEFAULT false',
            comment: 'Gone in HubSpot',
          },
        ]
      : []),
    {
      name: '_fivetran_synced',
      definition: 'timestamptz NOT NULL DEFAULT now()',
      comment: 'When this row last changed here',
    },
  ]
}

const pairColumns = {
  '^from': 'Type id of the object type from which the association leads',
  '^to': 'Type id of the object type to which it leads',
}

/** Where the value comes from. */
function describeColumn(
  { entries, refs }: ResourceTable,
  { name, pointer }: ResourceTableColumn,
): string {
  const ref = refs[name] === undefined ? '' : `; refers to ${refs[name]}`
  if (pointer === null) {
    const found = name.endsWith('_match') ? 'How hubgen found the contact' : 'Found by hubgen'
    return `${entries.length > 0 ? 'The place that the row comes from' : found}${ref}`
  }
  if (pointer === '')
    return `${entries.length > 0 ? 'The element' : 'The row'} as HubSpot sends it${ref}`
  if (pointer === '#') return 'Place in the list, from 0'
  if (pointer === '^from' || pointer === '^to') return pairColumns[pointer]
  if (pointer.startsWith('^')) return `${pointer.slice(1)} of the row that it belongs to${ref}`
  return `${pointer} in HubSpot${ref}`
}
