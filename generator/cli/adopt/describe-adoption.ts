import { styleText } from 'node:util'
import { listSome } from '../../../runtime/words/name-some.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { shortType } from '../../model/compare-table.ts'
import type { Adoption } from '../../project/adopt/adopt-entity.ts'
import { absent } from '../../project/adopt/adoption-sql.ts'
import type { ColumnMatch, MatchedColumn } from '../../project/adopt/match-columns.ts'
import { visibleText } from '../../render/text/escape-text.ts'

/** The fate of the table, its columns and other tables, one line each. */
export function describeAdoption(adoption: Adoption): readonly string[] {
  const { table, rows, plan, entity } = adoption
  if (plan === null) return []
  const { match, moved, movedIndexes } = plan
  const head =
    match === null
      ? table
      : `${table}: ${rows === null ? 'its rows' : countOf(rows.rows, 'row')} stay`
  const schema = visibleText(plan.wanted.schema)
  return [
    styleText('bold', visibleText(head)),
    ...(match === null ? [] : describeColumns(match, entity)),
    ...moved.map(({ from, to }) =>
      line(
        'moves',
        `table ${schema}.${from} becomes ${to} with its rows; hubgen makes and fills its own`,
      ),
    ),
    ...movedIndexes.map(({ from, to }) => line('moves', `index ${from} becomes ${to}`)),
    ...(rows !== null && rows.deleted > 0
      ? [line('marks', `${countOf(rows.deleted, 'row')} as deleted, as before`)]
      : []),
  ]
}

function describeColumns(match: ColumnMatch, entity: string): readonly string[] {
  const { matched, displaced } = match
  const extra = match.extra.filter((column) => !displaced.has(column))
  const of = (kind: MatchedColumn['fate']['kind']) =>
    matched.filter(({ fate }) => fate.kind === kind)
  const renamed = matched.filter(
    ({ live, wanted, fate }) => fate.kind !== 'replaced' && live.name !== wanted.name,
  )
  const added = absent(match).length - of('replaced').length
  return [
    line('keeps', countOf(of('kept').length + of('widened').length, 'column')),
    ...renamed.map(({ live, wanted }) => line('renames', `${live.name} → ${wanted.name}`)),
    ...[...displaced].map(([{ name }, to]) => line('renames', `${name} → ${to}`)),
    ...of('widened').map(({ live, wanted }) =>
      line('widens', `${wanted.name}: ${live.type} → ${shortType(wanted.type)}`),
    ),
    ...of('replaced').flatMap((column) => describeReplaced(column, entity)),
    ...(added > 0 ? [line('adds', `${countOf(added, 'column')}, which the table lacks`)] : []),
    ...(extra.length > 0
      ? [
          line(
            'leaves',
            `${countOf(extra.length, 'column')} alone: ${listSome(extra.map(({ name }) => name))}`,
          ),
        ]
      : []),
    ...(renamed.length + of('replaced').length > 0
      ? ['Views follow the new names; queries and functions with the old ones must be changed.']
      : []),
  ]
}

function describeReplaced(
  { live, wanted, fate }: MatchedColumn,
  entity: string,
): readonly string[] {
  if (fate.kind !== 'replaced') return []
  const filled =
    wanted.notNull || live.name !== wanted.name ? '' : `, empty until \`hubgen sync ${entity}\``
  return [
    line(
      'replaces',
      `${live.name}, which ${fate.reason}: it becomes ${fate.name}, and ${wanted.name} a new column ${shortType(wanted.type)}${filled}`,
    ),
  ]
}

/** Every obstacle with its fix. */
export function describeObstacles({ table, obstacles }: Adoption): readonly string[] {
  return [
    styleText('bold', `${table} cannot be adopted as it is:`),
    ...obstacles.flatMap(({ reason, fix }) => [
      `  ${styleText('red', '✗')} ${visibleText(reason)}`,
      `    fix: ${visibleText(fix)}`,
    ]),
  ]
}

const wordColumns = 'replaces'.length

function line(word: string, text: string): string {
  return `  ${word.padEnd(wordColumns)}  ${visibleText(text)}`
}
