import type {
  ColumnReader,
  ForeignColumn,
  ForeignTable,
} from '../../../runtime/postgres/schema/foreign-table.ts'
import { nameSome } from '../../../runtime/words/name-some.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { shortType } from '../../model/compare-table.ts'
import { sqlIdentifier } from '../../render/text/escape-sql.ts'
import type { ColumnMatch, MatchedColumn } from './match-columns.ts'

/** A reason not to take a table over. */
export interface Obstacle {
  readonly reason: string
  /** A statement, or what to do in words. */
  readonly fix: string
}

/** A table, as written in SQL. */
export interface TableInSql {
  readonly schema: string
  /** With its schema. */
  readonly table: string
}

/** Postgres: MaxHeapAttributeNumber. */
const tableColumns = 1_600

/** Everything that makes it impossible or wrong to fill the table, or to change it in a moment. */
export function findObstacles(
  { schema, table }: TableInSql,
  found: ForeignTable,
  match: ColumnMatch,
): readonly Obstacle[] {
  return [
    ...ofKind(table, found),
    ...ofOwner(table, found),
    ...ofKey(table, found, match),
    ...ofRefusals({ schema, table }, found, match),
    ...match.matched.flatMap((column) => ofColumn(table, column)),
    ...match.extra.flatMap((column) => ofExtra(table, column)),
    ...ofRoom(table, found, match),
  ]
}

function ofKind(table: string, found: ForeignTable): readonly Obstacle[] {
  const obstacles: Obstacle[] = []
  const add = (reason: string, fix: string) => obstacles.push({ reason, fix })
  const own = `\`ALTER TABLE ${table} RENAME TO …\`, then \`hubgen migrate\` makes a table of its own`
  if (found.kind === 'v' || found.kind === 'm') add('it is a view', own)
  else if (found.kind === 'f') add('it is a foreign table', own)
  else if (found.kind === 'p') add('it is partitioned', own)
  else if (found.isPartition) add('it is a partition of another table', own)
  else if (found.relatives.length > 0) {
    const relatives = nameSome(found.relatives)
    add(`it shares rows by inheritance with ${relatives}`, `\`NO INHERIT\` of ${relatives}`)
  }
  if (found.isUnlogged) {
    add('it is unlogged: Postgres empties it after a crash', `\`ALTER TABLE ${table} SET LOGGED\``)
  }
  if (found.hasRowSecurity) {
    add(
      'it has row-level security, which hides rows',
      `\`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY\``,
    )
  }
  return obstacles
}

function ofOwner(table: string, { isOwned, owner, role }: ForeignTable): readonly Obstacle[] {
  if (isOwned) return []
  return [
    {
      reason: `it belongs to the role ${owner}, and ${role} may not change it`,
      fix: `as ${owner} or a superuser: \`ALTER TABLE ${table} OWNER TO ${sqlIdentifier(role)}\``,
    },
  ]
}

function ofKey(
  table: string,
  { key, kind }: ForeignTable,
  { matched }: ColumnMatch,
): readonly Obstacle[] {
  if (kind !== 'r') return []
  const id = matched.find(({ wanted }) => wanted.name === 'id')
  const column = sqlIdentifier(id?.live.name ?? 'id')
  if (key === null) {
    return [
      {
        reason: 'it has no primary key',
        fix: `\`ALTER TABLE ${table} ADD PRIMARY KEY (${column})\`, of the column with the record’s id in HubSpot`,
      },
    ]
  }
  const isOfId = key.columns.length === 1 && key.columns[0] === id?.live.name
  if (id === undefined || !isOfId || key.deferrable) {
    const deferrable = key.deferrable ? ' DEFERRABLE' : ''
    return [
      {
        reason: `its primary key is (${key.columns.join(', ')})${deferrable}, not the record’s id`,
        fix: `\`ALTER TABLE ${table} DROP CONSTRAINT ${sqlIdentifier(key.name)}, ADD PRIMARY KEY (${column})\`, of the column with the record’s id in HubSpot`,
      },
    ]
  }
  if (id.live.type === id.wanted.type) return []
  return [
    {
      reason: `its key ${id.live.name} is ${id.live.type}, not bigint`,
      fix: `\`ALTER TABLE ${table} ALTER COLUMN ${column} TYPE bigint${castOf(id.live, column)}\`; it rewrites the table under an exclusive lock`,
    },
  ]
}

/** Integers need no words; other types are converted through their text. */
function castOf({ type }: ForeignColumn, column: string): string {
  return ['smallint', 'integer'].includes(type) ? '' : ` USING ${column}::text::bigint`
}

function ofRefusals(
  { schema, table }: TableInSql,
  { constraints, triggers, rules }: ForeignTable,
  { matched }: ColumnMatch,
): readonly Obstacle[] {
  const key = matched.find(({ wanted }) => wanted.name === 'id')?.live.name
  // Whatever has the key in it is unique already.
  const refusing = constraints.filter(({ unique }) => key === undefined || !unique.includes(key))
  return [
    ...refusing.map(({ name, definition, isIndex }) => ({
      reason: `${isIndex ? 'unique index' : 'constraint'} ${name} may refuse records: ${definition}`,
      fix: isIndex
        ? `\`DROP INDEX ${schema}.${sqlIdentifier(name)}\``
        : `\`ALTER TABLE ${table} DROP CONSTRAINT ${sqlIdentifier(name)}\``,
    })),
    ...triggers.map((name) => ({
      reason: `trigger ${name} may change or refuse what a sync writes`,
      fix: `\`DROP TRIGGER ${sqlIdentifier(name)} ON ${table}\``,
    })),
    ...rules.map((name) => ({
      reason: `rule ${name} may change what a sync writes`,
      fix: `\`DROP RULE ${sqlIdentifier(name)} ON ${table}\``,
    })),
  ]
}

function ofColumn(table: string, { live, wanted, fate }: MatchedColumn): readonly Obstacle[] {
  const column = sqlIdentifier(live.name)
  const obstacles: Obstacle[] = []
  if (live.isGenerated) {
    obstacles.push({
      reason: `column ${live.name} is generated, so no value can be written`,
      fix: `\`ALTER TABLE ${table} ALTER COLUMN ${column} DROP EXPRESSION\`; if it is virtual, \`DROP COLUMN ${column}\``,
    })
  }
  if (live.identity === 'a') {
    obstacles.push({
      reason: `column ${live.name} is always numbered by Postgres`,
      fix: `\`ALTER TABLE ${table} ALTER COLUMN ${column} DROP IDENTITY\``,
    })
  }
  const readers = blocking(live.readers, fate.kind)
  if (readers.length > 0) {
    const named = nameSome(readers.map(({ kind, name }) => `${kind} ${name}`))
    const change =
      fate.kind === 'replaced'
        ? `would keep reading the old values of ${live.name}, which ${fate.reason}`
        : `keeps ${live.name} from becoming ${shortType(wanted.type)}`
    obstacles.push({
      reason: `${named} ${change}`,
      fix: `drop ${named}, and create ${readers.length === 1 ? 'it' : 'them'} again after \`hubgen migrate\``,
    })
  }
  return obstacles
}

/** Objects that name a column follow its new name; an index stays with the values that it has. */
function blocking(
  readers: readonly ColumnReader[],
  fate: MatchedColumn['fate']['kind'],
): readonly ColumnReader[] {
  if (fate === 'kept') return []
  return fate === 'widened' ? readers : readers.filter(({ kind }) => kind !== 'index')
}

function ofExtra(table: string, column: ForeignColumn): readonly Obstacle[] {
  const name = sqlIdentifier(column.name)
  if (column.isGenerated) {
    return [
      {
        reason: `column ${column.name} is computed from others, and may refuse a record`,
        fix: `\`ALTER TABLE ${table} DROP COLUMN ${name}\`; a view can compute it`,
      },
    ]
  }
  if (!column.notNull || column.default !== null || column.identity !== '') return []
  return [
    {
      reason: `column ${column.name} is NOT NULL without a default, and hubgen has no value for it`,
      fix: `\`ALTER TABLE ${table} ALTER COLUMN ${name} DROP NOT NULL\``,
    },
  ]
}

function ofRoom(
  table: string,
  { usedColumns }: ForeignTable,
  { matched, missing }: ColumnMatch,
): readonly Obstacle[] {
  const added = missing.length + matched.filter(({ fate }) => fate.kind === 'replaced').length
  if (usedColumns + added <= tableColumns) return []
  return [
    {
      reason: `it has used ${usedColumns} of the ${tableColumns} columns of its life, and ${countOf(added, 'column')} would be added`,
      fix: `\`ALTER TABLE ${table} RENAME TO …\`, then \`hubgen migrate\` makes a new table`,
    },
  ]
}
