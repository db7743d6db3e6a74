import type { Analysis } from '../../model/analysis.ts'
import type { CompanionOf } from '../../model/companion.ts'
import { companionName, idColumnOf } from '../../model/companion-names.ts'
import { companionsOf } from '../../model/companions.ts'
import { engagementKind, fivetranObject } from '../../model/fivetran-tables.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlIdentifier, sqlTable } from '../text/escape-sql.ts'
import { type CompatColumn, type CompatQuery, type CompatView, column } from './compat-view.ts'
import { engagementType } from './record-views.ts'

/**
 * The links in the tables of these entities, among all `analyses`; those of engagements are one per object at the other end, whatever their kind.
 * Fivetran has none between two engagements.
 */
export function linkViews(
  owners: readonly Analysis[],
  analyses: readonly Analysis[],
): readonly CompatView[] {
  const links = owners.flatMap((analysis) =>
    companionsOf(analysis, 'associations').flatMap((companion) => {
      const from = fivetranObject(analysis.table, analysis.objectType.id)
      const to = fivetranObject(companion.to.table, companion.to.objectType)
      if (from === 'engagement' && to === 'engagement') return []
      const name = from === to ? companion.table : companionName(`${from}_${to}`)
      return [{ name, query: linkQuery({ analysis, companion, from, to }, analyses) }]
    }),
  )
  return [...Map.groupBy(links, ({ name }) => name)].map(([name, members]) => ({
    name,
    queries: members.map(({ query }) => query),
  }))
}

interface Links {
  readonly analysis: Analysis
  readonly companion: CompanionOf<'associations'>
  /** Fivetran's names of both ends. */
  readonly from: string
  readonly to: string
}

function linkQuery(links: Links, analyses: readonly Analysis[]): CompatQuery {
  const { analysis, companion, from, to } = links
  const { fromColumn, toColumn } = companion.syncFact
  const engagement = engagementEnd(links, analyses)
  return {
    columns: [
      column(from === 'engagement' ? 'engagement_id' : fromColumn, fromColumn, 'link'),
      column(to === 'engagement' ? 'engagement_id' : toColumn, toColumn, 'link'),
      column('type_id', 'type_id', 'link'),
      column('category', 'category', 'link'),
      ...engagement.columns,
      column('_fivetran_synced', '_fivetran_synced', 'link'),
    ],
    from: `FROM ${sqlTable(schemaOf(analysis), companion.table)} AS link${engagement.join}`,
  }
}

/** The type of the engagement at one end. Of an e-mail, its record has the direction. */
function engagementEnd(
  { analysis, companion }: Links,
  analyses: readonly Analysis[],
): { readonly columns: readonly CompatColumn[]; readonly join: string } {
  const end = [analysis.objectType.id, companion.to.objectType].find(
    (objectType) => engagementKind(objectType) !== null,
  )
  const kind = end === undefined ? null : engagementKind(end)
  if (kind === null) return { columns: [], join: '' }
  const record = analyses.find(({ objectType }) => objectType.id === end)
  if (kind !== 'email' || record === undefined) {
    const value = `'${kind.toUpperCase()}'::text`
    return { columns: [{ name: 'engagement_type', value }], join: '' }
  }
  const id = sqlIdentifier(idColumnOf(record.table))
  return {
    columns: [{ name: 'engagement_type', value: engagementType(record, kind) }],
    join: `\nLEFT JOIN ${sqlTable(schemaOf(record), record.table)} AS record ON record.id = link.${id}`,
  }
}
