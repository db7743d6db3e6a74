import type { Analysis } from '../../model/analysis.ts'
import { companionsOf } from '../../model/companions.ts'
import { isContact, isDeal } from '../../model/fivetran-tables.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlIdentifier, sqlTable } from '../text/escape-sql.ts'
import type { CompatView } from './compat-view.ts'
import { valueByName } from './property-value.ts'

/** `merged_deal` and `contact_merge_audit`; Fivetran has no such table of other objects. */
export function mergeViews(analysis: Analysis): readonly CompatView[] {
  if (!isDeal(analysis) && !isContact(analysis)) return []
  return companionsOf(analysis, 'merges').map(({ table, syncFact }) => {
    const chain = lastOfChain(sqlTable(schemaOf(analysis), table), syncFact)
    return isDeal(analysis) ? mergedDeal(chain) : mergeAudit(analysis, chain)
  })
}

function mergedDeal(chain: string): CompatView {
  return {
    name: 'merged_deal',
    with: chain,
    queries: [
      {
        columns: [
          { name: 'deal_id', value: 'survivor' },
          { name: 'merged_deal_id', value: 'merged' },
          { name: '_fivetran_synced', value: 'synced' },
        ],
        from: 'FROM last_of_chain',
      },
    ],
  }
}

/** HubSpot names the time of a merge in the surviving contact; it no longer says who merged, or how much. */
function mergeAudit(analysis: Analysis, chain: string): CompatView {
  const part = `(string_to_array(${valueByName(analysis, 'hs_calculated_merged_vids', 'text')}, ';'))`
  return {
    name: 'contact_merge_audit',
    with: chain,
    queries: [
      {
        columns: [
          { name: 'canonical_vid', value: 'survivor' },
          { name: 'vid_to_merge', value: 'merged' },
          { name: 'contact_id', value: 'survivor' },
          { name: 'timestamp', value: 'named.at' },
          { name: 'entity_id', value: 'NULL::text' },
          { name: 'first_name', value: 'NULL::text' },
          { name: 'last_name', value: 'NULL::text' },
          { name: 'num_properties_moved', value: 'NULL::bigint' },
          { name: 'user_id', value: 'NULL::bigint' },
          { name: '_fivetran_synced', value: 'synced' },
        ],
        from: `FROM last_of_chain
LEFT JOIN LATERAL (
  SELECT CASE WHEN split_part(part, ':', 2) ~ '^[0-9]{1,14}$'
    THEN to_timestamp(split_part(part, ':', 2)::bigint / 1000.0) END AS at
  FROM ${sqlTable(schemaOf(analysis), analysis.table)} AS record
  CROSS JOIN unnest${part} AS part
  WHERE record.id = survivor AND split_part(part, ':', 1) = merged::text
  LIMIT 1
) AS named ON true`,
      },
    ],
  }
}

/** Every id that was merged away and the record that is left of it. A cycle ends after a hundred steps. */
function lastOfChain(
  table: string,
  fact: { readonly survivorColumn: string; readonly mergedColumn: string },
): string {
  const [survivor, merged] = [sqlIdentifier(fact.survivorColumn), sqlIdentifier(fact.mergedColumn)]
  return `WITH RECURSIVE chain (merged, survivor, synced, steps) AS (
  SELECT ${merged}, ${survivor}, _fivetran_synced, 1 FROM ${table}
  UNION ALL
  SELECT chain.merged, later.${survivor}, greatest(chain.synced, later._fivetran_synced), chain.steps + 1
  FROM chain
  JOIN ${table} AS later ON later.${merged} = chain.survivor
  WHERE chain.steps < 100
), last_of_chain AS (
  SELECT DISTINCT ON (merged) merged, survivor, synced FROM chain ORDER BY merged, steps DESC
)`
}
