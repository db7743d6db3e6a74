import type { Analysis } from '../../model/analysis.ts'
import { hashedName } from '../../model/companion-names.ts'
import { compareText } from '../../model/compare-text.ts'
import type { PortalAnalysis } from '../../model/portal-analysis.ts'
import type { CompatView } from './compat-view.ts'
import { historyViews } from './history-views.ts'
import { linkViews } from './link-views.ts'
import { mergeViews } from './merge-views.ts'
import { pipelineViews, portalViews } from './portal-views.ts'
import { engagementViews, recordView } from './record-views.ts'
import { resourceViews } from './resource-views.ts'

/**
 * The views in Fivetran's shape of these entities and resources, by name. A custom object whose name Fivetran gives to
 * another table gets a hash behind its name.
 */
export function compatViews(
  analyses: readonly Analysis[],
  portal: PortalAnalysis | null = null,
): readonly CompatView[] {
  const [standard, custom] = [
    analyses.filter(({ objectType }) => !objectType.custom),
    analyses.filter(({ objectType }) => objectType.custom),
  ]
  const taken = new Set<string>()
  const views = [
    ...portalViews(analyses),
    ...(portal === null ? [] : resourceViews(portal)),
    ...engagementViews(standard),
    ...standard.flatMap(ownViews),
    ...linkViews(standard, analyses),
    ...custom.flatMap(ownViews),
    ...linkViews(custom, analyses),
  ].map((view) => {
    const name = taken.has(view.name) ? hashedName(view.name) : view.name
    taken.add(name)
    return { ...view, name }
  })
  return views.sort((left, right) => compareText(left.name, right.name))
}

function ownViews(analysis: Analysis): readonly CompatView[] {
  return [
    recordView(analysis),
    ...pipelineViews(analysis),
    ...mergeViews(analysis),
    ...historyViews(analysis),
  ]
}
