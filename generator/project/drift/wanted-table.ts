import { readMigratedSchema } from '../../../runtime/postgres/schema/migrated-schema.ts'
import type { Analysis } from '../../model/analysis.ts'
import type { Companion } from '../../model/companion.ts'
import { companions } from '../../model/companions.ts'
import type { WantedColumn, WantedKey, WantedTable } from '../../model/compare-table.ts'
import { planIndexes } from '../../model/indexes.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { renderLabelsSql } from '../../render/entity/labels-sql.ts'
import { type ColumnFacts, columnFacts, tableComment } from '../../render/entity/schema-sql.ts'
import { sqlIdentifier, sqlTable, storableText } from '../../render/text/escape-sql.ts'

/** The table that `schema.sql` and `indexes.sql` create, in the form of a database's catalogue. */
export function wantedTable(analysis: Analysis): WantedTable {
  return {
    schema: schemaOf(analysis),
    table: analysis.table,
    beside: false,
    comment: storableText(tableComment(analysis)),
    key: wantedKey(schemaOf(analysis), analysis.table, ['id']),
    columns: columnFacts(analysis).map(wantedColumn),
    indexes: planIndexes(analysis).map(({ name, method, column, predicate }) => ({
      name,
      method,
      columns: [column],
      predicate,
    })),
  }
}

/** The same for the companion tables. */
export function wantedCompanions(analysis: Analysis): readonly WantedTable[] {
  return companions(analysis).map((table) => wantedCompanion(schemaOf(analysis), table))
}

function wantedCompanion(schema: string, { table, comment, ...facts }: Companion): WantedTable {
  return {
    schema,
    table,
    beside: true,
    comment: storableText(comment),
    key: wantedKey(schema, table, facts.key),
    columns: facts.columns.map((column) => ({
      name: column.name,
      type: column.type === 'timestamptz' ? 'timestamp with time zone' : column.type,
      notNull: column.notNull,
      default: column.default,
      comment: storableText(column.comment),
    })),
    indexes: facts.indexes.map(({ name, column }) => ({
      name,
      method: 'btree',
      columns: [column],
      predicate: null,
    })),
  }
}

/** The tables that all entities of a schema share, as `labels.sql` makes them. */
export function wantedShared(analysis: Analysis): readonly WantedTable[] {
  const { tables, keys } = readMigratedSchema([renderLabelsSql({ ...analysis, properties: [] })])
  return [...tables].map(([name, columns]) => {
    const table = name.slice(name.lastIndexOf('.') + 1)
    const facts = [...columns].map(([column, definition]) => ({ name: column, definition }))
    const key =
      keys.get(name) ??
      facts.find(({ definition }) => definition.endsWith(' PRIMARY KEY'))?.name ??
      ''
    return {
      schema: schemaOf(analysis),
      table,
      beside: true,
      comment: null,
      key: wantedKey(schemaOf(analysis), table, columnsOfKey(key)),
      columns: facts.map((column) => wantedColumn({ ...column, comment: null })),
      indexes: [],
    }
  })
}

/** `PRIMARY KEY (owner_id, team_id)` or `owner_id`. */
function columnsOfKey(key: string): readonly string[] {
  return key.replace(/^PRIMARY KEY \((.*)\)$/, '$1').split(', ')
}

function wantedKey(schema: string, table: string, columns: readonly string[]): WantedKey {
  const list = columns.map(sqlIdentifier).join(', ')
  return { columns, fix: `ALTER TABLE ${sqlTable(schema, table)} ADD PRIMARY KEY (${list})` }
}

function wantedColumn({
  name,
  definition,
  comment,
}: Omit<ColumnFacts, 'comment'> & { readonly comment: string | null }): WantedColumn {
  const [type = ''] = definition.split(' ')
  return {
    name,
    type: type === 'timestamptz' ? 'timestamp with time zone' : type,
    notNull: /\b(NOT NULL|PRIMARY KEY)\b/.test(definition),
    default: / DEFAULT (.*)$/.exec(definition)?.[1] ?? null,
    comment: comment === null ? null : storableText(comment),
  }
}
