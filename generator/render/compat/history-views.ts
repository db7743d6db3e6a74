import type { Analysis } from '../../model/analysis.ts'
import type { CompanionOf } from '../../model/companion.ts'
import { companionsOf } from '../../model/companions.ts'
import { isDeal, isTicket } from '../../model/fivetran-tables.ts'
import { schemaOf } from '../../model/schema-name.ts'
import { sqlIdentifier, sqlTable } from '../text/escape-sql.ts'
import { type CompatColumn, type CompatView, column } from './compat-view.ts'

/** Fivetran's end of a value that is still there. */
const NO_END = "'9999-12-31 23:59:59.999+00'::timestamptz"

/** The former values of an entity, and the stages of deals; empty if it has no history. */
export function historyViews(analysis: Analysis): readonly CompatView[] {
  return companionsOf(analysis, 'history').flatMap((history) => [
    historyView(analysis, history),
    ...stageViews(analysis, history),
  ])
}

function historyView(analysis: Analysis, history: CompanionOf<'history'>): CompatView {
  const { idColumn } = history.syncFact
  const time = isTicket(analysis) ? 'timestamp_instant' : 'timestamp'
  return {
    name: history.table,
    queries: [
      {
        columns: [
          column(idColumn),
          column('name'),
          column(time, 'timestamp'),
          column('value'),
          column('source'),
          column('source_id'),
          ...range(),
          column('_fivetran_synced'),
        ],
        from: `FROM ${tableOf(analysis, history)}\n${windowOf(idColumn, ', name')}`,
      },
    ],
  }
}

/** One row per stage that a deal was in. A deal that was merged away is part of another one's stages. */
function stageViews(analysis: Analysis, history: CompanionOf<'history'>): readonly CompatView[] {
  const { idColumn, properties } = history.syncFact
  if (!isDeal(analysis) || !properties.includes('dealstage')) return []
  const id = sqlIdentifier(idColumn)
  const table = tableOf(analysis, history)
  const merged = companionsOf(analysis, 'merges').map(
    ({ syncFact, table: merges }) =>
      `\n  AND NOT EXISTS (SELECT FROM ${sqlTable(schemaOf(analysis), merges)} AS merged WHERE merged.${sqlIdentifier(syncFact.mergedColumn)} = stage.${id})`,
  )
  return [
    {
      name: 'deal_stage',
      queries: [
        {
          columns: [
            column('deal_id', idColumn),
            column('value'),
            column('date_entered', 'timestamp'),
            column('source'),
            column('source_id'),
            ...range(),
            column('_fivetran_synced'),
          ],
          from: `FROM ${table} AS stage\nWHERE stage.name = 'dealstage'${merged.join('')}\n${windowOf(idColumn)}`,
        },
      ],
    },
  ]
}

function tableOf(analysis: Analysis, { table }: CompanionOf<'history'>): string {
  return sqlTable(schemaOf(analysis), table)
}

/**
 * A value ends a millisecond before the next one begins. Of values in one millisecond each is over as soon as it
 * begins.
 */
function range(): readonly CompatColumn[] {
  const next = 'lead("timestamp") OVER later'
  return [
    column('_fivetran_start', 'timestamp'),
    {
      name: '_fivetran_end',
      value: `greatest("timestamp", coalesce(${next} - interval '1 millisecond', ${NO_END}))`,
    },
    { name: '_fivetran_active', value: `${next} IS NULL` },
  ]
}

function windowOf(idColumn: string, more = ''): string {
  return `WINDOW later AS (PARTITION BY ${sqlIdentifier(idColumn)}${more} ORDER BY "timestamp")`
}
