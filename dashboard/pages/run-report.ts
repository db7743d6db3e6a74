import type { ListedRun } from '../../runtime/monitoring/list-runs.ts'
import { sayMode, sayOutcome, sayPass, sayReason } from '../../runtime/sync/plain-words.ts'
import { countOf, formatCount, formatDuration } from '../../runtime/words/numbers-as-text.ts'
import type { RunStory } from '../run-story.ts'
import { instant, withoutHost } from '../words.ts'
import { sayCounts, sayPassEnd } from './plain-lines.ts'

/** A run as text for a message or an issue: without hosts, tokens and values, as far as they are known. */
export function writeReport(run: ListedRun, { passes, rejections }: RunStory): string {
  const { id, entity, mode, outcome, startedAt, seconds, calls, error, fix } = run
  const took = seconds === null ? '' : `, ${formatDuration(seconds)}`
  const lines = [
    `hubgen run ${id} of ${entity}: ${sayOutcome(outcome)}`,
    `${sayMode(mode)}, began ${instant(startedAt)}${took}, ${countOf(calls, 'call')}`,
    sayCounts(run) || 'no changes',
    ...(error === null ? [] : [`error: ${error}`]),
    ...(fix === null ? [] : [`fix: ${fix}`]),
    ...(passes.length === 0 ? [] : ['parts:']),
    ...passes.map((pass) => `  ${sayPass(pass.pass)}: ${sayPassEnd(pass)}`),
    ...(rejections.length === 0 ? [] : ['set aside:']),
    ...rejections.map(
      ({ property, reason, count }) =>
        `  ${formatCount(count)} × ${property}: ${sayReason(reason)}`,
    ),
  ]
  return lines.map(withoutPlaces).join('\n')
}

/** Errors may link to pages of the portal. */
function withoutPlaces(line: string): string {
  return withoutHost(line).replaceAll(/https?:\/\/\S+/g, '(link)')
}
