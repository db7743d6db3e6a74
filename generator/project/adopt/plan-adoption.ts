import type { ForeignRows } from '../../../runtime/postgres/schema/foreign-rows.ts'
import type { ForeignTable, TakenName } from '../../../runtime/postgres/schema/foreign-table.ts'
import { nameSome } from '../../../runtime/words/name-some.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import type { Analysis } from '../../model/analysis.ts'
import type { WantedTable } from '../../model/compare-table.ts'
import { OVERFLOW_COLUMN } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { systemColumns } from '../../render/entity/schema-sql.ts'
import { sqlIdentifier, sqlTable } from '../../render/text/escape-sql.ts'
import { recordNames } from '../copy-tables.ts'
import { wantedCompanions, wantedShared, wantedTable } from '../drift/wanted-table.ts'
import type { AdoptionPlan, Renamed } from './adoption-sql.ts'
import { findObstacles, type Obstacle } from './find-obstacles.ts'
import { freeName } from './free-name.ts'
import { type ColumnMatch, matchColumns } from './match-columns.ts'

/** The tables of others in the place of an entity's. */
export interface ForeignTables {
  /** Null if the entity's own table is hubgen's, or there is none. */
  readonly found: ForeignTable | null
  /** Those in the place of its companion and shared tables, by name. */
  readonly others: ReadonlyMap<string, ForeignTable>
  readonly names: readonly TakenName[]
}

/** The other tables that `hubgen migrate` makes for an entity. */
export function wantedOthers(analysis: Analysis): readonly WantedTable[] {
  return [...wantedCompanions(analysis), ...wantedShared(analysis)]
}

/** Decides by the catalogue alone what happens to each column, table and index. */
export function planAdoption(
  analysis: Analysis,
  { found, others, names }: ForeignTables,
  rows: Pick<ForeignRows, 'inFuture'>,
): AdoptionPlan {
  const wanted = wantedTable(analysis)
  const { aliases, keys } = recordNames(analysis)
  const system = new Set(systemColumns(analysis).map(({ name }) => name))
  const late = rows.inFuture > 0 ? SYNCED : null
  const match =
    found === null
      ? null
      : matchColumns(found, {
          wanted: wanted.columns,
          system: new Set([...system, OVERFLOW_COLUMN]),
          aliases,
          keys,
          late,
        })
  const taken = new Set(names.map(({ name }) => name))
  const move = (from: string): Renamed => {
    const to = freeName(from, taken)
    taken.add(to)
    return { from, to }
  }
  const moved = [...others.keys()].map(move)
  const inTheWay = (table: WantedTable) =>
    names.flatMap(({ name, indexOf }) => {
      const index = table.indexes.find((one) => one.name === name)
      if (index === undefined || indexOf === null) return []
      const isOurs = indexOf === table.table && !others.has(indexOf)
      const isKept = found === null || match === null || isAsWanted(index, found, match)
      return isOurs && (table.table !== wanted.table || isKept) ? [] : [name]
    })
  const movedIndexes = [wanted, ...wantedOthers(analysis)].flatMap(inTheWay).map(move)
  return { wanted, found, match, moved, movedIndexes }
}

/** The column with the time of the last sync, which decides whether a full read replaces a row. */
export const SYNCED = '_fivetran_synced'

function isAsWanted(
  index: WantedTable['indexes'][number],
  { indexes }: ForeignTable,
  { matched }: ColumnMatch,
): boolean {
  const live = indexes.find(({ name }) => name === index.name)
  if (live === undefined || !live.isValid || live.isUnique) return false
  const columns = index.columns.map(
    (column) =>
      matched.find(({ wanted, fate }) => wanted.name === column && fate.kind !== 'replaced')?.live
        .name ?? '',
  )
  return (
    live.method === index.method &&
    live.predicate === index.predicate &&
    JSON.stringify(live.columns) === JSON.stringify(columns)
  )
}

/** Every reason why the plan is not safe. */
export function listObstacles(
  analysis: Analysis,
  { wanted, found, match }: AdoptionPlan,
  { others }: ForeignTables,
  rows: ForeignRows | null,
): readonly Obstacle[] {
  const schema = sqlIdentifier(wanted.schema)
  const table = sqlTable(wanted.schema, wanted.table)
  return [
    ...(found === null || match === null ? [] : findObstacles({ schema, table }, found, match)),
    ...(analysis.portal === null ? [portalUnknown(analysis.entity)] : []),
    ...(rows === null || match === null ? [] : ofRows(table, analysis, match, rows)),
    ...[...others].flatMap(([name, other]) => ofOther(sqlTable(schemaOf(analysis), name), other)),
  ]
}

function portalUnknown(entity: string): Obstacle {
  return {
    reason: 'the analysis does not name the portal, which every row needs',
    fix: `\`hubgen explore ${entity}\` with a token, then \`hubgen generate ${entity}\``,
  }
}

function ofRows(
  table: string,
  { portal }: Analysis,
  { matched }: ColumnMatch,
  rows: ForeignRows,
): readonly Obstacle[] {
  const key = sqlIdentifier(matched.find(({ wanted }) => wanted.name === 'id')?.live.name ?? 'id')
  const obstacles: Obstacle[] = []
  if (rows.withoutId > 0) {
    obstacles.push({
      reason: `the key of ${countOf(rows.withoutId, 'row')} is no record id of HubSpot's`,
      fix: `\`DELETE FROM ${table} WHERE ${key}::text !~ '^[1-9][0-9]*$'\`, or move them to another table`,
    })
  }
  if (rows.otherId > 0) {
    obstacles.push({
      reason: `the key of ${countOf(rows.otherId, 'row')} is another number than the record’s id in HubSpot`,
      fix: 'make the column with the id in HubSpot the primary key',
    })
  }
  if (rows.otherPortal > 0) {
    obstacles.push({
      reason: `the portal of ${countOf(rows.otherPortal, 'row')} is not ${portal?.id}`,
      fix: 'move them to another table',
    })
  }
  return obstacles
}

/** A table that makes room keeps its rows, and whatever reads it would keep reading them. */
function ofOther(table: string, { isOwned, owner, views }: ForeignTable): readonly Obstacle[] {
  const obstacles: Obstacle[] = []
  if (!isOwned) {
    obstacles.push({
      reason: `${table} is in the way and belongs to the role ${owner}`,
      fix: `as ${owner} or a superuser: \`ALTER TABLE ${table} RENAME TO …\``,
    })
  }
  if (views.length > 0) {
    obstacles.push({
      reason: `${nameSome(views)} would keep reading the old rows of ${table}, which hubgen replaces by a table of its own`,
      fix: `drop ${nameSome(views)}, and create ${views.length === 1 ? 'it' : 'them'} again after \`hubgen migrate\``,
    })
  }
  return obstacles
}
