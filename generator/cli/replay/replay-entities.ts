import { styleText } from 'node:util'
import { listQuarantine } from '../../../runtime/postgres/load/quarantine.ts'
import { sayReason } from '../../../runtime/sync/plain-words.ts'
import { type ReplayReport, replayEntity } from '../../../runtime/sync/replay/replay-entity.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { openProgressLine } from '../../../runtime/terminal/progress-line.ts'
import { cancelledExitCode } from '../../../runtime/terminal/report-failure.ts'
import { countOf, formatCount } from '../../../runtime/words/numbers-as-text.ts'
import { importEntity } from '../../project/import-entity.ts'
import { visibleText } from '../../render/text/escape-text.ts'
import { openSettingsDatabase } from '../open-database.ts'

/** Number of remaining kinds to show; `hubgen quarantine` lists all. */
const shownKinds = 5

/** Replays one entity after another into the environment's database; returns the exit code. */
export async function replayEntities(
  directory: string,
  names: readonly string[],
  format: 'json' | 'text',
): Promise<number> {
  const say = (line: string) => {
    if (format === 'text') print(line)
  }
  const entities = []
  for (const name of names) entities.push(await importEntity(directory, name))
  const signal = listenForInterrupt()
  await using database = await openSettingsDatabase(say)
  const progress = openProgressLine(process.stdout)
  for (const entity of entities) {
    const report = await replayEntity(entity, database, {
      signal,
      onBatch(done, total) {
        if (format === 'json') return
        progress.draw(`${entity.name}: ${formatCount(done)} of ${formatCount(total)}`)
      },
    })
    progress.clear()
    if (format === 'json') {
      process.stdout.write(`${JSON.stringify({ event: 'replayed', ...report })}\n`)
    } else {
      const held = await listQuarantine(database, {
        entity: entity.name,
        examples: 0,
        values: 'hidden',
      })
      const kinds = held.map(
        ({ count, property, reason }) =>
          `    ${formatCount(count)} × ${visibleText(property ?? 'whole record')}: ${sayReason(reason)}`,
      )
      say(`\n${describe(report, kinds).join('\n')}`)
    }
    if (report.cancelled) return cancelledExitCode
  }
  return 0
}

function describe(report: ReplayReport, kinds: readonly string[]): string[] {
  const { entity, table, values, records, cancelled } = report
  const fitted = values.fitted + records.fitted
  const stayed = values.stayed + records.stayed
  const superseded = values.superseded + records.superseded
  const tried = fitted + stayed + superseded
  if (tried === 0 && !cancelled) return [`${entity}: nothing is in the quarantine`]
  const mark = cancelled ? styleText('yellow', '!') : styleText('green', '✓')
  const head = `${mark} ${entity} → ${table}: ${formatCount(fitted)} of ${formatCount(tried)} fit now`
  return [
    head,
    `  ${countOf(values.fitted, 'value')} written, ${countOf(records.fitted, 'record')} loaded`,
    ...(superseded > 0 ? [`  ${formatCount(superseded)} dropped: their rows are newer`] : []),
    ...(kinds.length > 0 ? ['  still in the quarantine:', ...shorten(kinds)] : []),
    ...(cancelled ? [`  stopped early; \`hubgen replay ${entity}\` resumes`] : []),
    ...(kinds.length > 0 && !cancelled ? [`next: \`hubgen quarantine ${entity}\` lists them`] : []),
    ...(records.fitted > 0 && kinds.length === 0
      ? [`next: \`hubgen sync ${entity}\` updates the loaded records`]
      : []),
  ]
}

function shorten(kinds: readonly string[]): readonly string[] {
  const more = kinds.length - shownKinds
  if (more <= 0) return kinds
  return [...kinds.slice(0, shownKinds), `    and ${countOf(more, 'other kind')}`]
}
