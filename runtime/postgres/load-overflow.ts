import type { Entity } from '../entity.ts'
import { planOverflow } from '../values/overflow-columns.ts'
import { quoteLiteral } from './identifier.ts'

/** The parts of the load statement that concern the column `overflow`. */
export interface OverflowSql {
  /** Gives the row `element` the value `gathered.o`. */
  readonly gather: string
  /** What to set in an existing row. */
  readonly assignment: string
  /** The stored value that is compared with `gathered.o`. */
  readonly compared: string
}

/**
 * A row's keys `o0`, `o1`, … become one `jsonb` value under the names of their properties. Keys of archived
 * properties are not among them: an existing row keeps those. Null for an entity without that column.
 */
export function overflowSql(entity: Entity): OverflowSql | null {
  if (entity.overflow === undefined) return null
  const names = Object.fromEntries(planOverflow(entity).map(({ key, column }) => [key, column]))
  const archived = quoteLiteral(JSON.stringify(entity.overflow.archived))
  const isArchived = `${archived}::jsonb ? kept.key`
  const keepsSome = entity.overflow.archived.length > 0
  return {
    gather: `
  CROSS JOIN LATERAL (
    SELECT coalesce(
      jsonb_object_agg(${quoteLiteral(JSON.stringify(names))}::jsonb ->> member.key, member.value), '{}'
    ) AS o
    FROM json_each_text(element.value) AS member
    WHERE left(member.key, 1) = 'o'
  ) AS gathered`,
    assignment: keepsSome
      ? `overflow = excluded.overflow || (
    SELECT coalesce(jsonb_object_agg(kept.key, kept.value), '{}')
    FROM jsonb_each(stored.overflow) AS kept WHERE ${isArchived}
  )`
      : 'overflow = excluded.overflow',
    compared: keepsSome
      ? `stored.overflow - ARRAY(SELECT jsonb_array_elements_text(${archived}::jsonb))`
      : 'stored.overflow',
  }
}
