/*
 * `quality.sql` serves both `psql` and `hubgen check`. Every statement that counts returns `check_name,
 * subject, records, failing, example_id`; statements with other columns are for people and ignored here.
 * The whole file runs in one read-only transaction by the simple protocol. Bounds on properties that the
 * file does not count get extra queries. Empty values count as completeness, judged only if a bound is set;
 * integrity covers values of live records that cannot be right. A part that sync reads daily or weekly may
 * be as old as that interval plus three hours, whatever the freshness bound.
 */

import type { Entity } from '../../entity.ts'
import { HubgenError } from '../../errors.ts'
import type { Database } from '../../postgres/connection/database.ts'
import { explainScriptError } from '../../postgres/connection/read-script.ts'
import type { ScriptResult } from '../../postgres/connection/script-result.ts'
import { checkTable } from '../../postgres/connection/table-check.ts'
import { explainingErrors } from '../../postgres/database-error.ts'
import { listUnanswered } from '../../postgres/state/unanswered.ts'
import { checkOwnState } from '../../sync/portal-guard.ts'
import { countMissing, countSharing } from './count-values.ts'
import { findAges } from './find-ages.ts'
import { findDoubts } from './find-doubts.ts'
import {
  type CheckFinding,
  type CheckName,
  type CheckResult,
  checkNames,
  judge,
  type QualityThresholds,
  stampedPart,
  usualThresholds,
} from './judge-checks.ts'
import { type PropertyColumn, propertyColumns } from './property-column.ts'

export interface CheckRequest {
  readonly entity: Entity
  /** All stored properties; by default those that the entity syncs. */
  readonly columns?: readonly PropertyColumn[] | undefined
  /** The generated file: its path, for errors, and its text. */
  readonly qualitySql: { readonly path: string; readonly text: string }
  /** Overrides of `usualThresholds`. */
  readonly thresholds?: Partial<QualityThresholds> | undefined
}

/**
 * Runs the quality queries of an entity in one read-only transaction, and adds: properties that HubSpot
 * does not answer, values that did not fit, the newest comparison with HubSpot, the age of the parts, and
 * properties that only the bounds mention. Judges all of it by the bounds. The results are grouped by check
 * in the order of quality.sql, with one per check and subject. Fails with TABLE_MISSING or TABLE_OUTDATED
 * before `hubgen migrate`, and with QUALITY_SQL_UNUSABLE if the file is not what this hubgen generates.
 */
export async function runChecks(
  database: Database,
  request: CheckRequest,
): Promise<readonly CheckResult[]> {
  const { entity, columns = propertyColumns(entity) } = request
  const thresholds = { ...usualThresholds, ...request.thresholds }
  await checkOwnState(database, entity)
  await checkTable(database, entity)
  const counted = await runQualitySql(database, request, columns)
  const isCounted = (name: CheckName, column: PropertyColumn) =>
    counted.some(({ checkName, subject }) => checkName === name && subject === column.column)
  const missing = columns.filter(
    (column) => thresholds.completeness.has(column.property) && !isCounted('completeness', column),
  )
  const sharing = columns.filter(
    (column) => thresholds.duplicates.has(column.property) && !isCounted('duplicates', column),
  )
  const findings = [...counted, ...(await countMissing(database, entity, missing))]
  for (const column of sharing) findings.push(await countSharing(database, entity, column))
  findings.push(...(await findUnanswered(database, entity, columns)))
  findings.push(...(await findDoubts(database, entity, columns, thresholds.quarantine)))
  findings.push(...(await findAges(database, entity)))
  // An edited file may contain a query twice, and results are stored by check and subject.
  const asked = new Map(findings.map((one) => [JSON.stringify([one.checkName, one.subject]), one]))
  return onlyCopy([...asked.values()].map((finding) => judge(finding, thresholds))).toSorted(
    (one, other) => rankOf(one) - rankOf(other),
  )
}

/** If nothing was ever read, only the copy itself is reported as missing, not each part. */
function onlyCopy(results: readonly CheckResult[]): readonly CheckResult[] {
  const isMissing = ({ checkName, value }: CheckResult) =>
    checkName === 'freshness' && value === null
  if (!results.some((one) => one.subject === stampedPart && isMissing(one))) return results
  return results.map((one) =>
    isMissing(one) && one.subject !== stampedPart ? { ...one, passed: null } : one,
  )
}

function rankOf({ checkName }: CheckFinding): number {
  return checkNames.indexOf(checkName)
}

async function runQualitySql(
  database: Database,
  { entity, qualitySql: { path, text } }: CheckRequest,
  columns: readonly PropertyColumn[],
): Promise<readonly CheckFinding[]> {
  const results = await explainingErrors(database.label, async () => {
    try {
      return await database.readScript(text)
    } catch (error) {
      throw explainScriptError(error, { path, entity: entity.name })
    }
  })
  const properties = new Map(
    columns.filter(({ place }) => place === 'column').map((one) => [one.column, one.property]),
  )
  const findings = results
    .filter(isCount)
    .flatMap(({ rows }) => rows)
    .flatMap((row) => toFinding(row, properties))
  if (findings.length > 0) return findings
  throw new HubgenError(
    'QUALITY_SQL_UNUSABLE',
    'the file has no query whose results can be checked',
    {
      at: path,
      fix: `\`hubgen generate ${entity.name}\`: an older hubgen wrote it, or it was edited`,
    },
  )
}

function isCount({ columns }: ScriptResult): boolean {
  return ['check_name', 'subject', 'records', 'failing', 'example_id'].every((column) =>
    columns.includes(column),
  )
}

function toFinding(
  row: ScriptResult['rows'][number],
  properties: ReadonlyMap<string, string>,
): readonly CheckFinding[] {
  const subject = String(row['subject'])
  const checkName = checkNames.find((name) => name === row['check_name'])
  const [records, failing] = [Number(row['records']), Number(row['failing'])]
  if (checkName === undefined || !Number.isFinite(records) || !Number.isFinite(failing)) return []
  const ofProperty = checkName === 'completeness' || checkName === 'duplicates'
  const example = row['example_id']
  return [
    {
      checkName,
      subject,
      property: ofProperty ? (properties.get(subject) ?? null) : null,
      records,
      failing,
      exampleId: example == null ? null : String(example),
      ageSeconds: null,
      everySeconds: 0,
    },
  ]
}

/** One failing finding for each column whose property or former values are missing from HubSpot's answers. */
async function findUnanswered(
  database: Database,
  { name: entity }: Entity,
  columns: readonly PropertyColumn[],
): Promise<readonly CheckFinding[]> {
  const lost = (await listUnanswered(database)).filter((one) => one.entity === entity)
  return lost.flatMap(({ property, part }) => {
    const known = columns.find((column) => column.property === property)
    if (known === undefined) return []
    return {
      checkName: 'answers' as const,
      subject: part === 'history' ? `former values of ${known.column}` : known.column,
      property,
      records: 1,
      failing: 1,
      exampleId: null,
      ageSeconds: null,
      everySeconds: 0,
    }
  })
}
