import {
  type Drift,
  type DriftKind,
  type DriftSeverity,
  severityOf,
  sourceOf,
} from '../../model/drift.ts'
import type { Wording } from '../../model/wording.ts'
import { markdownCode, markdownText } from '../../render/text/escape-markdown.ts'
import { visibleText } from '../../render/text/escape-text.ts'

/** The group of drift that concerns every entity. */
const SHARED_FILES = 'shared files'

/** One line of plain text. */
export function plainWords(wording: Wording): string {
  return wording.map((part) => (typeof part === 'string' ? part : visibleText(part.value))).join('')
}

/** One line of Markdown; text from outside is in code spans, so that it is not parsed as Markdown. */
export function markdownWords(wording: Wording): string {
  return wording
    .map((part) => (typeof part === 'string' ? spacedMarkdown(part) : markdownCode(part.value)))
    .join('')
}

/** `deals: property amount (number) added → column property_amount numeric`. */
export function driftSentence(drift: Drift): string {
  return `${drift.entity ?? SHARED_FILES}: ${plainWords(drift.words)}`
}

/** A drift in the format for programs. */
export interface DriftRecord {
  readonly entity: string | null
  readonly kind: DriftKind
  readonly severity: DriftSeverity
  readonly source: string
  readonly subject: string
  readonly before: string | null
  readonly after: string | null
  readonly words: string
}

export function driftRecord(drift: Drift): DriftRecord {
  const { entity, kind, subject, before, after } = drift
  const [severity, source] = [severityOf(drift), sourceOf(drift)]
  return { entity, kind, severity, source, subject, before, after, words: driftSentence(drift) }
}

/** `2 schema changes, 1 label change`. */
export function countDrift(drifts: readonly Drift[]): string {
  const counts = (['schema', 'label'] as const).flatMap((severity) => {
    const count = drifts.filter((drift) => severityOf(drift) === severity).length
    return count === 0 ? [] : [`${count} ${severity} ${count === 1 ? 'change' : 'changes'}`]
  })
  return counts.join(', ') || 'no drift'
}

/** Drift by entity in the given order, columns and files before labels; shared files last. */
export function groupDrift(
  drifts: readonly Drift[],
): readonly (readonly [string, readonly Drift[]])[] {
  const gravest = drifts.toSorted((left, right) => rankOf(left) - rankOf(right))
  const groups = Map.groupBy(gravest, ({ entity }) => entity)
  const own = [...groups].flatMap(([entity, members]): [string, Drift[]][] =>
    entity === null ? [] : [[entity, members]],
  )
  const shared = groups.get(null)
  return shared === undefined ? own : [...own, [SHARED_FILES, shared]]
}

function rankOf(drift: Drift): number {
  return severityOf(drift) === 'schema' ? 0 : 1
}

/** `markdownText` trims, but the spaces around a value must stay. */
function spacedMarkdown(text: string): string {
  const [, before = '', inner = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? []
  return before + markdownText(inner) + after
}
