import { styleText } from 'node:util'
import { printTo } from '../../../runtime/terminal/print.ts'
import { openProgressLine } from '../../../runtime/terminal/progress-line.ts'
import type { Exploration, ExplorationReport } from '../../explore/explore-portal.ts'
import { ROW_BYTES } from '../../model/row-width.ts'
import { renderDriftTable } from '../../project/drift/drift-table.ts'
import { driftRecord } from '../../project/drift/drift-words.ts'
import { visibleText } from '../../render/text/escape-text.ts'

/** Reports the progress and the result of an exploration to a person or a program. */
export interface ExploreReporter {
  step(entity: string, step: string): void
  explored(exploration: Exploration): void
  finish(report: ExplorationReport): void
}

/**
 * In text format, steps are shown on a terminal only. `directory` is the folder of generated files, for the
 * next command.
 */
export function createExploreReporter(
  output: NodeJS.WriteStream,
  format: 'text' | 'json',
  directory: string,
): ExploreReporter {
  return format === 'json' ? jsonReporter(output) : textReporter(output, directory)
}

function jsonReporter(output: NodeJS.WriteStream): ExploreReporter {
  const write = (event: object): void => {
    output.write(`${JSON.stringify(event)}\n`)
  }
  return {
    step: (entity, step) => write({ event: 'step', entity, step }),
    explored: ({ changes, ...exploration }) =>
      write({ event: 'explored', ...exploration, changes: changes?.map(driftRecord) ?? null }),
    finish: ({ portal, owners, explored, refused, notes }) =>
      write({ event: 'finished', portal, owners, entities: explored.length, refused, notes }),
  }
}

function textReporter(output: NodeJS.WriteStream, directory: string): ExploreReporter {
  const { draw, clear } = openProgressLine(output)
  return {
    step: (entity, step) => draw(`${entity}: reading ${step}`),
    explored: (exploration) => {
      clear()
      printTo(output, describeExploration(exploration).join('\n'))
    },
    finish: (report) => {
      clear()
      printTo(output, describeReport(report, directory).join('\n'))
    },
  }
}

function describeExploration(exploration: Exploration): string[] {
  const { entity, columns, skipped, path, outcome, changes, advice, notes } = exploration
  const properties = exploration.liveProperties + skipped
  const counts = `${properties} properties → ${columns} columns  ${skipped} skipped`
  const written = outcome === 'unchanged' ? `${path} (unchanged)` : path
  const lines = [`${styleText('bold', entity)}  ${counts}  ${written}`]
  lines.push(...describeFit(exploration))
  for (const { property, type, advised, reason } of advice) {
    lines.push(
      `${visibleText(property)} stays ${type}; the sample suggests ${advised}: ${reason}`,
      '  to change it, set `types` in hubgen.config.ts',
    )
  }
  lines.push(...notes.map(visibleText))
  const [first = '', ...others] = lines
  // The list of `hubgen diff`.
  const list = changes !== null && outcome === 'written' ? renderDriftTable(changes) : []
  return [first, ...list, ...others.map((line) => `  ${line}`)]
}

function describeFit({ overflowProperties, rowBytes }: Exploration): string[] {
  const lines: string[] = []
  if (overflowProperties > 0) {
    lines.push(
      `too wide for a table: ${overflowProperties} properties are in \`overflow\` (see summary.txt)`,
    )
  }
  if (rowBytes > ROW_BYTES) {
    lines.push(`full rows may take ${rowBytes} bytes of ${ROW_BYTES} (see summary.txt)`)
  }
  return lines
}

function describeReport(report: ExplorationReport, directory: string): string[] {
  const { portal, owners, explored, refused, notes } = report
  const lines: string[] = []
  for (const { entity, reason } of refused) {
    lines.push(`${styleText('bold', entity)}  skipped: ${visibleText(reason)}`)
  }
  lines.push(...notes.map(visibleText))
  const where = portal === null ? 'a saved answer' : `portal ${portal.id}`
  const people =
    owners === null ? '' : ` with ${owners.live} owners, ${owners.archived} of them archived`
  lines.push(
    `${explored.length} ${explored.length === 1 ? 'entity' : 'entities'} from ${where}${people}`,
  )
  if (explored.length > 0) lines.push(`next: ${styleText('cyan', nextCommand(report, directory))}`)
  return lines
}

/** Uses `--all` for many entities, because it is easier to read. */
function nextCommand({ explored }: ExplorationReport, directory: string): string {
  const names = explored.length > 4 ? '--all' : explored.map(({ entity }) => entity).join(' ')
  const option = directory === 'generated' ? '' : ` -d ${directory}`
  return `hubgen generate ${names}${option}`
}
