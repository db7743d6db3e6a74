import type { Analysis } from '../../model/analysis.ts'
import { FIVETRAN_SCHEMA } from '../../model/fivetran-tables.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import { sqlIdentifier } from '../text/escape-sql.ts'
import { renderTemplate, sharedHeader } from '../text/template.ts'
import { compatViewSql } from './compat-view.ts'
import { compatViews } from './compat-views.ts'

/** `compat/fivetran.sql`: the views in the shape of Fivetran's tables, of all generated entities and resources. */
export function renderFivetranSql(
  analyses: readonly Analysis[],
  portal: PortalAnalysis | null,
): string {
  return renderTemplate('fivetran.sql', {
    header: sharedHeader,
    schema: sqlIdentifier(FIVETRAN_SCHEMA),
    views: compatViews(analyses, portal).map(compatViewSql),
  })
}
