import type { Database } from '../../runtime/postgres/connection/database.ts'
import { explainingErrors } from '../../runtime/postgres/database-error.ts'
import { currentViewState, labelledViewState } from '../../runtime/postgres/schema/apply-labels.ts'
import { readLiveLabels } from '../../runtime/postgres/schema/live-labels.ts'
import { type LiveTable, readLiveTable } from '../../runtime/postgres/schema/live-table.ts'
import { rowsOfOtherPortals } from '../../runtime/postgres/schema/rows-of-other-portals.ts'
import { listRemadeTables } from '../../runtime/postgres/state/copies.ts'
import { listUnanswered } from '../../runtime/postgres/state/unanswered.ts'
import type { Analysis } from '../model/analysis.ts'
import { compareAnswers } from '../model/compare-answers.ts'
import { compareLabels } from '../model/compare-labels.ts'
import { compareRows } from '../model/compare-rows.ts'
import { compareTable, type WantedTable } from '../model/compare-table.ts'
import type { Drift } from '../model/drift.ts'
import { labelledViewName } from '../model/labels.ts'
import { schemaOf } from '../model/schema-name.ts'
import { renderLabelledSql } from '../render/entity/labelled-sql.ts'
import { wantedLabels } from '../render/entity/labels-sql.ts'
import { renderViewsSql } from '../render/entity/views-sql.ts'
import { wantedCompanions, wantedShared, wantedTable } from './drift/wanted-table.ts'

/**
 * Compares the live tables, and the properties that HubSpot answers for them, with the committed analyses.
 */
export async function findTableDrift(
  database: Database,
  analyses: readonly Analysis[],
): Promise<readonly Drift[]> {
  const drifts: Drift[] = []
  const unanswered = Map.groupBy(await listUnanswered(database), ({ entity }) => entity)
  const remade = await explainingErrors(database.label, () => listRemadeTables(database.kysely))
  const shared = new Map<string, { readonly wanted: WantedTable; readonly analysis: Analysis }>()
  for (const analysis of analyses) {
    drifts.push(...compareAnswers(analysis, unanswered.get(analysis.entity) ?? []))
    const wanted = wantedTable(analysis)
    const found = await readLiveTable(database, wanted.schema, wanted.table)
    drifts.push(...compareTable(analysis.entity, wanted, found))
    // Labels and links are not compared if the table is missing.
    if (found === null) continue
    drifts.push(...(await findRowDrift(database, analysis, { wanted, found, remade })))
    for (const companion of wantedCompanions(analysis)) {
      const live = await readLiveTable(database, companion.schema, companion.table)
      drifts.push(...compareTable(analysis.entity, companion, live))
      drifts.push(...compareRows(analysis.entity, companion, { remade, otherPortals: [] }))
    }
    drifts.push(...(await findLabelDrift(database, analysis)))
    for (const table of wantedShared(analysis)) {
      shared.set(`${table.schema}.${table.table}`, { wanted: table, analysis })
    }
  }
  for (const { wanted, analysis } of shared.values()) {
    const found = await readLiveTable(database, wanted.schema, wanted.table)
    drifts.push(...compareTable(null, wanted, found))
    if (found === null) continue
    const about = { ...analysis, entity: null }
    drifts.push(...(await findRowDrift(database, about, { wanted, found, remade })))
  }
  return drifts
}

interface ComparedTable {
  readonly wanted: WantedTable
  readonly found: LiveTable
  readonly remade: readonly string[]
}

/**
 * Checks that the rows of a table belong to the portal, and that sync has filled this table and not a former
 * one.
 */
async function findRowDrift(
  database: Database,
  { entity, portal }: Pick<Analysis, 'portal'> & { readonly entity: string | null },
  { wanted, found, remade }: ComparedTable,
): Promise<readonly Drift[]> {
  const { schema, table } = wanted
  const tells = found.columns.some(({ name }) => name === 'portal_id')
  const otherPortals =
    portal === null || !tells ? [] : await rowsOfOtherPortals(database, schema, table, portal.id)
  return compareRows(entity, wanted, { remade, otherPortals })
}

async function findLabelDrift(database: Database, analysis: Analysis): Promise<readonly Drift[]> {
  const { entity, table } = analysis
  const schema = schemaOf(analysis)
  const current = renderViewsSql(analysis)
  const rows = await readLiveLabels(database, schema, table)
  const view = await labelledViewState(database, {
    entity,
    labelled: renderLabelledSql(analysis),
  })
  const found = { ...rows, view }
  const name = `${schema}.${labelledViewName(table)}`
  const wanted = wantedLabels(analysis)
  if (current === null) return compareLabels(entity, name, wanted, found)
  const state = await currentViewState(database, { entity, current })
  const ofCurrent = { name: `${schema}.${table}_current`, state }
  return compareLabels(entity, name, wanted, { ...found, current: ofCurrent })
}
