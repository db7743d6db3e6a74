import { type Drift, severityOf } from '../../model/drift.ts'
import { words } from '../../model/wording.ts'
import { markdownText } from '../../render/text/escape-markdown.ts'
import { countDrift, groupDrift, markdownWords } from './drift-words.ts'

/**
 * GitHub limits the body of a pull request to 65,536 characters; the text around the rows needs some of them.
 */
const ROW_CHARACTERS = 60_000

/** Drift as the body of a pull request: columns and files first, labels collapsed. */
export function renderDriftMarkdown(
  drifts: readonly Drift[],
  unseen: readonly { readonly entity: string; readonly reason: string }[],
): string {
  const lines = [`**${countDrift(drifts)}**`, '']
  for (const { entity, reason } of unseen) {
    lines.push(markdownWords(words`Could not look at ${entity}: ${reason}`), '')
  }
  let room = ROW_CHARACTERS
  let left = 0
  for (const [entity, members] of groupDrift(drifts)) {
    const rows = new Map(members.map((drift) => [drift, renderRow(drift)]))
    const fitting = members.filter((drift) => {
      room -= rows.get(drift)?.length ?? 0
      return room > 0
    })
    left += members.length - fitting.length
    const rowsOf = (severity: 'schema' | 'label') =>
      fitting.flatMap((drift) => (severityOf(drift) === severity ? [rows.get(drift) ?? ''] : []))
    lines.push(`### ${markdownText(entity)}`, '', ...renderRows(rowsOf('schema'), rowsOf('label')))
  }
  if (left > 0) lines.push(`… and ${left} more; \`hubgen diff --json\` lists them all.`, '')
  return lines.join('\n')
}

function renderRows(schema: readonly string[], label: readonly string[]): readonly string[] {
  const open = schema.length === 0 ? [] : [...schema, '']
  if (label.length === 0) return open
  const count = `${label.length} label ${label.length === 1 ? 'change' : 'changes'}`
  return [...open, `<details><summary>${count}</summary>`, '', ...label, '', '</details>', '']
}

function renderRow({ kind, words }: Drift): string {
  return `- ${markdownWords(words)} (\`${kind}\`)`
}
