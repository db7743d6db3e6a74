import { compareCopies } from '../../../runtime/compare/compare-copies.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { readAnalyses } from '../../explore/analysis-folder.ts'
import { copyTables } from '../../project/copy-tables.ts'
import { visibleText } from '../../render/text/escape-text.ts'
import { openExistingDatabase } from '../open-database.ts'
import { renderCopiesMarkdown } from './copies-markdown.ts'
import { describeCopies } from './describe-copies.ts'

export interface CompareView {
  /** The schema of the other copy. */
  readonly schema: string
  /** Number of rows per table whose values are compared; null for all. */
  readonly sample: number | null
  readonly format: 'json' | 'markdown' | 'text'
}

/** Prints the report; returns 1 if something really differs. Rejects if it could not look. */
export async function runCompare(
  directory: string,
  { schema, sample, format }: CompareView,
): Promise<0 | 1> {
  const analyses = await readAnalyses(directory)
  if (analyses.length === 0) {
    throw new HubgenError('GENERATED_MISSING', 'no entity is generated yet', {
      at: directory,
      fix: '`hubgen explore --all`, `hubgen generate --all`, `hubgen migrate`, then `hubgen sync --all`',
    })
  }
  const signal = listenForInterrupt()
  const progress = openProgress(format)
  const database = await openExistingDatabase(analyses.map(({ entity }) => entity))
  try {
    const report = await compareCopies(database, {
      schema,
      tables: copyTables(analyses),
      sample,
      signal,
      onRows: progress.show,
    })
    progress.end()
    if (format === 'json') print(`${JSON.stringify(report)}\n`)
    else print(format === 'markdown' ? renderCopiesMarkdown(report) : describeCopies(report))
    return report.different === 0 ? 0 : 1
  } catch (error) {
    if (!signal.aborted) throw error
    throw new HubgenError('CANCELLED', 'the comparison was cancelled; it changed nothing', {
      fix: 'run the command again',
    })
  } finally {
    progress.end()
    await database.close()
  }
}

/** A line that is overwritten; shown on a terminal only. */
function openProgress(format: CompareView['format']) {
  const { stderr } = process
  const watched = format === 'text' && stderr.isTTY
  let shown = false
  return {
    show(table: string, rows: number) {
      if (!watched) return
      shown = true
      stderr.write(`\r\u001b[K${visibleText(table)}: ${formatCount(rows)} rows compared`)
    },
    end() {
      if (shown) stderr.write('\r\u001b[K')
      shown = false
    },
  }
}

function print(text: string): void {
  process.stdout.write(text)
}
