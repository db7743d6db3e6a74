import type { CompanionOf } from '../../generator/model/companion.ts'
import { storable } from '../support/expected-value.ts'
import type { Judged } from './expected-records.ts'
import { type ExpectedRow, type ExpectedTable, quoted } from './expected-table.ts'

/** Former values: every version of every live record, and no others of it; those of other records stay. */
export function expectedHistory(judged: Judged, companion: CompanionOf<'history'>): ExpectedTable {
  const { portal, analysis, horizon } = judged
  const { id: typeId } = analysis.objectType
  const ledger = portal.records(typeId)
  const left = new Set<string>()
  for (const id of ledger.changedIds()) {
    if (ledger.isUndecided(id, horizon) || ledger.isSilent(id, horizon)) left.add(id)
  }
  const judgedIds: string[] = []
  for (const { id } of portal.store.scan(typeId, 0n, { archived: false })) {
    if (!left.has(id) && !portal.unreadable.has(`${typeId} ${id}`)) judgedIds.push(id)
  }
  const table = `${quoted(analysis.schema ?? 'hubspot')}.${quoted(companion.table)}`
  return {
    name: companion.table,
    // Versions that are equal to the last letter are counted; of one millisecond each may have its own fraction.
    found: `SELECT concat(version, ' #', row_number() OVER (PARTITION BY version)) AS key, '{}'::jsonb AS row
      FROM (SELECT concat_ws(' ', t.${quoted(companion.syncFact.idColumn)}, t.name, floor(extract(epoch FROM t.timestamp) * 1000),
          to_jsonb(t.value), to_jsonb(t.source), to_jsonb(t.source_id)) AS version
        FROM ${table} AS t
        WHERE t.${quoted(companion.syncFact.idColumn)}::text = ANY($1::text[]) AND t.name = ANY($2::text[])) AS found`,
    parameters: [judgedIds, readProperties(judged, companion)],
    rows: historyRows(judged, companion, judgedIds),
  }
}

/** Properties that HubSpot answers; for the others the copy keeps its values. */
function readProperties(
  { portal, analysis }: Judged,
  { syncFact: { properties } }: CompanionOf<'history'>,
) {
  const absent = portal.absentProperties(analysis.objectType.id)
  return properties.filter((name) => !absent.has(name))
}

function* historyRows(
  judged: Judged,
  companion: CompanionOf<'history'>,
  ids: readonly string[],
): Generator<ExpectedRow> {
  const { portal, analysis } = judged
  const seen = new Map<string, number>()
  for (const id of ids) {
    for (const name of readProperties(judged, companion)) {
      for (const entry of portal.store.history(analysis.objectType.id, id, name)) {
        const version = [
          id,
          name,
          String(Date.parse(entry.timestamp)),
          ...[entry.value, entry.sourceType, entry.sourceId].flatMap((part) =>
            part === undefined || part === '' ? [] : [jsonText(storable(part))],
          ),
        ].join(' ')
        const place = (seen.get(version) ?? 0) + 1
        seen.set(version, place)
        yield { key: `${version} #${place}`, row: {}, required: true }
      }
    }
  }
}

/** As Postgres writes a jsonb string: it escapes fewer control characters than JavaScript does. */
function jsonText(text: string): string {
  return JSON.stringify(text).replaceAll('\\u007f', '\u007f')
}
