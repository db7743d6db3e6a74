import type { Entity } from '../../entity.ts'
import { planOverflow } from '../../values/overflow-columns.ts'
import { quoteLiteral } from '../identifier.ts'

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
 * properties, and of those that these rows have no answer for, are not among them: an existing row keeps
 * those. Null for an entity without that column.
 */
export function overflowSql(entity: Entity, unanswered: readonly string[]): OverflowSql | null {
  if (entity.overflow === undefined) return null
  const shared = planOverflow(entity)
  const names = Object.fromEntries(shared.map(({ key, column }) => [key, column]))
  const unknown = shared.filter(({ property }) => unanswered.includes(property))
  const keptNames = [...entity.overflow.archived, ...unknown.map(({ column }) => column)]
  const kept = quoteLiteral(JSON.stringify(keptNames))
  const isKept = `${kept}::jsonb ? kept.key`
  const keepsSome = keptNames.length > 0
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
    FROM jsonb_each(stored.overflow) AS kept WHERE ${isKept}
  )`
      : 'overflow = excluded.overflow',
    compared: keepsSome
      ? `stored.overflow - ARRAY(SELECT jsonb_array_elements_text(${kept}::jsonb))`
      : 'stored.overflow',
  }
}
