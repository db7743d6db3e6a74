import type { Analysis } from '../../model/analysis.ts'
import { TABLE_COLUMNS } from '../../model/fit.ts'
import { fivetranColumns } from '../../model/fivetran-columns.ts'
import { type EngagementKind, engagementKind, isDeal } from '../../model/fivetran-tables.ts'
import { hasOverflow, hasOwnColumn, OVERFLOW_COLUMN } from '../../model/overflow.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlLiteral, sqlTable } from '../text/escape-sql.ts'
import { type CompatColumn, type CompatView, column } from './compat-view.ts'
import { propertyValue, valueByName } from './property-value.ts'

const FLAGS = ['portal_id', 'is_deleted', '_fivetran_deleted', '_fivetran_synced'] as const

/** An entity's records: `deal`, `company`, `engagement_call`. */
export function recordView(analysis: Analysis): CompatView {
  const kind = engagementKind(analysis.objectType.id)
  const first = [
    ...idColumns(analysis, kind),
    ...FLAGS.map((name) => column(name)),
    ...liftedColumns(analysis, kind),
  ]
  return {
    name: kind === null ? analysis.table : `engagement_${kind}`,
    queries: [{ columns: [...first, ...properties(analysis, first.length)], from: from(analysis) }],
  }
}

/** The ids and types of all engagements; none if no kind of them is generated. */
export function engagementViews(analyses: readonly Analysis[]): readonly CompatView[] {
  const queries = analyses.flatMap((analysis) => {
    const kind = engagementKind(analysis.objectType.id)
    if (kind === null) return []
    const type = { name: 'type', value: engagementType(analysis, kind) }
    return [
      {
        columns: [column('id'), ...FLAGS.map((name) => column(name)), type],
        from: from(analysis),
      },
    ]
  })
  return queries.length === 0 ? [] : [{ name: 'engagement', queries }]
}

/** The kind in capitals; of an e-mail its direction. SQL over the engagement's table. */
export function engagementType(analysis: Analysis, kind: EngagementKind): string {
  if (kind !== 'email') return `${sqlLiteral(kind.toUpperCase())}::text`
  const direction = valueByName(analysis, 'hs_email_direction', 'text')
  return `CASE WHEN ${direction} IN ('INCOMING_EMAIL', 'FORWARDED_EMAIL') THEN ${direction} ELSE 'EMAIL' END`
}

function from(analysis: Analysis): string {
  return `FROM ${sqlTable(schemaOf(analysis), analysis.table)}`
}

function idColumns(analysis: Analysis, kind: EngagementKind | null): readonly CompatColumn[] {
  if (kind !== null) return [column('engagement_id', 'id')]
  return isDeal(analysis) ? [column('deal_id', 'id'), column('id')] : [column('id')]
}

/** Columns that Fivetran names without `property_`. */
function liftedColumns(analysis: Analysis, kind: EngagementKind | null): readonly CompatColumn[] {
  if (kind !== null) {
    const type = { name: 'type', value: engagementType(analysis, kind) }
    const body = { name: 'body', value: valueByName(analysis, 'hs_note_body', 'text') }
    return kind === 'note' ? [type, body] : [type]
  }
  if (!isDeal(analysis)) return []
  return [
    { name: 'owner_id', value: valueByName(analysis, 'hubspot_owner_id', 'bigint') },
    { name: 'deal_pipeline_id', value: valueByName(analysis, 'pipeline', 'text') },
    { name: 'deal_pipeline_stage_id', value: valueByName(analysis, 'dealstage', 'text') },
  ]
}

/**
 * Every property once. A view has as many columns as a table can have: the keys of the overflow column that
 * do not fit stay in it.
 */
function properties(analysis: Analysis, used: number): readonly CompatColumn[] {
  const names = fivetranColumns(analysis.properties)
  const sorted = [
    ...analysis.properties.filter(hasOwnColumn),
    ...analysis.properties.filter((property) => !hasOwnColumn(property)),
  ]
  const room = TABLE_COLUMNS - used
  const fitting = sorted.length <= room ? sorted : sorted.slice(0, room - 1)
  const columns = fitting.map((property) => ({
    name: names.get(property.name) ?? property.column.name,
    value: propertyValue(property),
  }))
  const isWhole = fitting.length === sorted.length || !hasOverflow(analysis)
  return isWhole ? columns : [...columns, column(OVERFLOW_COLUMN)]
}
