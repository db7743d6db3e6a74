/*
 * `quality.sql` is for `psql` and for `hubgen check` alike: every statement that counts gives `check_name,
 * subject, records, failing, example_id`, and the file is read whole, in one read-only transaction, by the
 * simple protocol; what has other columns is for people. A bound on a property that the file does not count
 * is asked for beside it. What a person left empty is completeness, not judged unless asked for; integrity
 * is what cannot be right, in live records. A part that sync reads daily or weekly may be as old as that
 * and three hours, whatever the bound of freshness.
 */

import type { Entity } from '../entity.ts'
import { HubgenError } from '../errors.ts'
import type { Database } from '../postgres/connection/database.ts'
import type { ScriptResult } from '../postgres/connection/read-script.ts'
import { explainScriptError } from '../postgres/connection/read-script.ts'
import { checkTable } from '../postgres/connection/table-check.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { listUnanswered } from '../postgres/state/unanswered.ts'
import { checkOwnState } from '../sync/portal-guard.ts'
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
  /** Of every property that is kept; of those that the entity syncs unless given. */
  readonly columns?: readonly PropertyColumn[] | undefined
  /** The generated file: its place, for errors, and its text. */
  readonly qualitySql: { readonly path: string; readonly text: string }
  /** Where they differ from `usualThresholds`. */
  readonly thresholds?: Partial<QualityThresholds> | undefined
}

/**
 * Runs the quality queries of an entity in one read-only transaction, asks which properties HubSpot does not
 * answer, which values did not fit, what the newest comparison with HubSpot found, how old the parts are and
 * what bounds concern besides, and holds all of it against the bounds. By check, as quality.sql gives them; of
 * each check and subject one. Fails with TABLE_MISSING and TABLE_OUTDATED before `hubgen migrate`, and with
 * QUALITY_SQL_UNUSABLE where the file is not what this hubgen generates.
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
  // A file that was edited may ask the same question twice, and results are kept by their question.
  const asked = new Map(findings.map((one) => [JSON.stringify([one.checkName, one.subject]), one]))
  return onlyCopy([...asked.values()].map((finding) => judge(finding, thresholds))).toSorted(
    (one, other) => rankOf(one) - rankOf(other),
  )
}

/** Where nothing was ever read, that is the one thing to say of all parts. */
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

/** One finding for each column whose property HubSpot's answers lack, which fails. */
async function findUnanswered(
  database: Database,
  { name: entity }: Entity,
  columns: readonly PropertyColumn[],
): Promise<readonly CheckFinding[]> {
  const lost = (await listUnanswered(database)).filter((one) => one.entity === entity)
  return lost.flatMap(({ property }) => {
    const known = columns.find((column) => column.property === property)
    if (known === undefined) return []
    return {
      checkName: 'answers' as const,
      subject: known.column,
      property,
      records: 1,
      failing: 1,
      exampleId: null,
      ageSeconds: null,
      everySeconds: 0,
    }
  })
}
