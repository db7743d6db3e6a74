import type { ForeignTable } from '../../../runtime/postgres/schema/foreign-table.ts'
import type { WantedColumn, WantedTable } from '../../model/compare-table.ts'
import { sqlIdentifier, sqlLiteral, sqlTable } from '../../render/text/escape-sql.ts'
import type { ColumnMatch, MatchedColumn } from './match-columns.ts'

/** A table, an index or a column that is called differently afterwards. */
export interface Renamed {
  readonly from: string
  readonly to: string
}

export interface AdoptionPlan {
  readonly wanted: WantedTable
  /** Null if the entity's own table is hubgen's, or there is none: then only other tables make room. */
  readonly found: ForeignTable | null
  /** Null in the same case. */
  readonly match: ColumnMatch | null
  /** Companion and shared tables of others, which make room. */
  readonly moved: readonly Renamed[]
  /** Indexes with the names of hubgen's. */
  readonly movedIndexes: readonly Renamed[]
}

/**
 * The statements that make the table hubgen's, in order, for one transaction. None of them reads or writes rows,
 * except for the marks of deleted ones. `hubgen migrate` adds everything else.
 */
export function adoptionSql(plan: AdoptionPlan): readonly string[] {
  const { schema, table, comment } = plan.wanted
  const target = sqlTable(schema, table)
  return [
    ...plan.moved.map(
      ({ from, to }) => `ALTER TABLE ${sqlTable(schema, from)} RENAME TO ${sqlIdentifier(to)};`,
    ),
    ...plan.movedIndexes.map(
      ({ from, to }) => `ALTER INDEX ${sqlTable(schema, from)} RENAME TO ${sqlIdentifier(to)};`,
    ),
    ...(plan.match === null
      ? []
      : [
          ...renames(target, plan.match),
          ...changes(target, plan.match),
          ...flagsSql(target, plan.match),
          `COMMENT ON TABLE ${target} IS ${sqlLiteral(comment ?? '')};`,
        ]),
  ]
}

/** Columns make room before others take their names. */
function renames(target: string, { matched, displaced }: ColumnMatch): readonly string[] {
  const rename = (from: string, to: string) =>
    from === to
      ? []
      : [`ALTER TABLE ${target} RENAME COLUMN ${sqlIdentifier(from)} TO ${sqlIdentifier(to)};`]
  const replaced = matched.flatMap(({ live, fate }) =>
    fate.kind === 'replaced' ? rename(live.name, fate.name) : [],
  )
  const kept = matched.flatMap(({ live, wanted, fate }) =>
    fate.kind === 'replaced' ? [] : rename(live.name, wanted.name),
  )
  return [...[...displaced].flatMap(([{ name }, to]) => rename(name, to)), ...replaced, ...kept]
}

/**
 * The stamp of rows that hubgen has not read yet: older than any of HubSpot's, so that the first answer
 * replaces them.
 */
const neverRead = `'1970-01-01 00:00:00+00'`

function changes(target: string, match: ColumnMatch): readonly string[] {
  const added = absent(match).filter(({ notNull }) => notNull)
  const actions = [
    ...added.map((column) => {
      const value = column.default ?? neverRead
      return `ADD COLUMN ${sqlIdentifier(column.name)} ${column.type} NOT NULL DEFAULT ${value}`
    }),
    ...match.matched.flatMap(actionsOf),
  ]
  const stamps = added
    .filter((column) => column.default === null)
    .map(({ name }) => `ALTER COLUMN ${sqlIdentifier(name)} DROP DEFAULT`)
  return [actions, stamps].flatMap((all) =>
    all.length === 0 ? [] : [`ALTER TABLE ${target}\n  ${all.join(',\n  ')};`],
  )
}

/** Columns that the table lacks once others have made room. */
export function absent({ matched, missing }: ColumnMatch): readonly WantedColumn[] {
  const replaced = matched.flatMap(({ wanted, fate }) => (fate.kind === 'replaced' ? [wanted] : []))
  return [...missing, ...replaced]
}

function actionsOf({ live, wanted, fate }: MatchedColumn): readonly string[] {
  if (fate.kind === 'replaced') {
    const name = sqlIdentifier(fate.name)
    return live.notNull ? [`ALTER COLUMN ${name} DROP NOT NULL`] : []
  }
  const column = `ALTER COLUMN ${sqlIdentifier(wanted.name)}`
  const actions: string[] = []
  if (fate.kind === 'widened') actions.push(`${column} TYPE ${wanted.type}`)
  if (live.notNull && !wanted.notNull) actions.push(`${column} DROP NOT NULL`)
  if (wanted.default !== null) actions.push(`${column} SET DEFAULT ${wanted.default}`)
  else if (live.default !== null) actions.push(`${column} DROP DEFAULT`)
  return actions
}

/** Columns that mark a row as deleted; both are always equal in a table of hubgen's. */
const FLAGS = ['is_deleted', '_fivetran_deleted']

/** The columns of the table that mark a row as deleted, by their present names and their later ones. */
export function flagsOf({ matched }: ColumnMatch): readonly Renamed[] {
  return matched.flatMap(({ live, wanted, fate }) =>
    FLAGS.includes(wanted.name) && live.type === 'boolean'
      ? [{ from: live.name, to: fate.kind === 'replaced' ? fate.name : wanted.name }]
      : [],
  )
}

function flagsSql(target: string, match: ColumnMatch): readonly string[] {
  const flags = flagsOf(match).map(({ to }) => sqlIdentifier(to))
  if (flags.length === 0) return []
  return [
    `UPDATE ${target} SET is_deleted = true, _fivetran_deleted = true\n  WHERE (${flags.join(' OR ')}) AND NOT (is_deleted AND _fivetran_deleted);`,
  ]
}
