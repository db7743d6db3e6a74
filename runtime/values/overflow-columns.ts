import type { Entity } from '../entity.ts'
import { type RowColumn, rowColumns } from './row.ts'

/**
 * The properties that share the column `overflow`, as if each had a column; their keys are `o0`, `o1`, …
 * Empty for an entity whose properties all have columns.
 */
export function planOverflow({ overflow }: Pick<Entity, 'overflow'>): readonly RowColumn[] {
  return rowColumns(overflow?.properties ?? {}, 'o')
}
