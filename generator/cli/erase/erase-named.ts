import { loadEnvironment } from '../../../runtime/environment.ts'
import { connectHubSpot } from '../../../runtime/hubspot/client/client.ts'
import { readHubSpotSettings } from '../../../runtime/hubspot/client/settings.ts'
import { type EraseReport, eraseEntity } from '../../../runtime/sync/erase-entity.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { print } from '../../../runtime/terminal/print.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { importEntity } from '../../project/import-entity.ts'
import { openSettingsDatabase } from '../open-database.ts'

/** Erases records of one entity in the environment's database. */
export async function eraseNamed(
  directory: string,
  name: string,
  ids: readonly string[],
  format: 'json' | 'text',
): Promise<void> {
  const entity = await importEntity(directory, name)
  const settings = readHubSpotSettings(loadEnvironment(process.cwd()), process.cwd())
  const hubspot = connectHubSpot(settings, { signal: listenForInterrupt() })
  await using database = await openSettingsDatabase((line) => {
    if (format === 'text') print(line)
  })
  const report = await eraseEntity(entity, hubspot, database, ids)
  const lines =
    format === 'json'
      ? [JSON.stringify({ event: 'erased', ...report })]
      : ['', ...describeErased(report)]
  print(lines.join('\n'))
}

function describeErased(report: EraseReport): readonly string[] {
  const { entity, records, merged, rows, versions, quarantined, labels, personal, survivors } =
    report
  const also = merged.length === 0 ? '' : ` and ${countOf(merged.length, 'record')} merged into it`
  const notes = Object.entries(survivors).map(
    ([id, survivor]) =>
      `note: ${id} was merged into ${survivor}, which keeps the merged values; erase ${survivor} as well if needed`,
  )
  return [
    `${entity}: ${countOf(records.length, 'record')}${also} erased: ${countOf(rows, 'row')} emptied, ` +
      `${countOf(versions, 'former value')}, ${countOf(quarantined, 'value')} in the quarantine and ` +
      `${countOf(labels, 'label')} of links removed; ids, flags, links and merges stay`,
    ...(personal > 0
      ? [
          `${countOf(personal, 'row')} of form submissions, e-mail events and members of lists emptied or removed as well`,
        ]
      : []),
    ...notes,
  ]
}
