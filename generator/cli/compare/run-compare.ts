import { compareCopies } from '../../../runtime/compare/compare-copies.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { openProgressLine } from '../../../runtime/terminal/progress-line.ts'
import { formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { readGeneratedFolder } from '../../disk/generated-folder.ts'
import { readAnalyses } from '../../explore/analysis-folder.ts'
import { copyTables } from '../../project/copy-tables.ts'
import { hasResources, readPortal } from '../../project/read-portal.ts'
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
  const disk = await readGeneratedFolder(directory)
  const signal = listenForInterrupt()
  const progress = openProgressLine(process.stderr)
  const database = await openExistingDatabase(analyses.map(({ entity }) => entity))
  try {
    const report = await compareCopies(database, {
      schema,
      tables: copyTables(analyses, hasResources(disk) ? readPortal(directory, disk) : null),
      sample,
      signal,
      onRows(table, rows) {
        if (format === 'text') {
          progress.draw(`${visibleText(table)}: ${formatCount(rows)} rows compared`)
        }
      },
    })
    progress.clear()
    if (format === 'text') print(describeCopies(report).trimEnd())
    else {
      const document =
        format === 'json' ? `${JSON.stringify(report)}\n` : renderCopiesMarkdown(report)
      process.stdout.write(document)
    }
    return report.different === 0 ? 0 : 1
  } catch (error) {
    if (!signal.aborted) throw error
    throw new HubgenError('CANCELLED', 'the comparison was cancelled; it changed nothing', {
      fix: 'run the command again',
    })
  } finally {
    progress.clear()
    await database.close()
  }
}
