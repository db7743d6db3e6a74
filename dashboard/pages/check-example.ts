import { html } from 'hono/html'
import type { Entity } from '../../runtime/entity.ts'
import { quoteIdentifier, tableOf } from '../../runtime/postgres/identifier.ts'
import { type HubSpotPlace, recordLink } from '../hubspot-links.ts'
import { type Html, nothing } from '../words.ts'

/** The entity whose checks are shown. */
export type CheckedEntity = Pick<Entity, 'table' | 'objectType' | 'associations' | 'merges'>

/** One record that fails a check: its page in HubSpot, and the query that shows its row. */
export function renderExample(
  entity: CheckedEntity,
  place: HubSpotPlace,
  { checkName, subject, id }: { checkName: string; subject: string; id: string },
): Html {
  const { schema, name } = tableOf(entity)
  const isCompanion = checkName === 'links' || checkName === 'merges'
  // The subject of these checks begins with table and column: `deal_contact: deal_id is deleted`.
  const [, table = name, column = 'id'] = (isCompanion && /^(\S+): (\S+) /.exec(subject)) || []
  const objectType = isCompanion ? typeOf(entity, table, column) : entity.objectType
  const link =
    objectType === null || place === null
      ? html`<code>${id}</code>`
      : recordLink({ ...place, objectType }, id)
  const query = `SELECT * FROM ${quoteIdentifier(schema)}.${quoteIdentifier(table)} WHERE ${quoteIdentifier(column)} = ${id}`
  return html`<p>For example ${link}</p>
${/^\d+$/.test(id) ? html`<details><summary>Query</summary><code>${query}</code></details>` : nothing}`
}

/** The type of the records whose ids a companion table has in a column; null for ids without a page. */
function typeOf(
  { objectType, associations = [], merges }: CheckedEntity,
  table: string,
  column: string,
): string | null {
  if (merges !== undefined && tableOf(merges).name === table) {
    return column === merges.survivorColumn ? objectType : null
  }
  const found = associations.find((one) => tableOf(one).name === table)
  if (found === undefined) return null
  return column === found.fromColumn
    ? objectType
    : column === found.toColumn
      ? found.toObjectType
      : null
}
