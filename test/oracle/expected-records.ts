import type { Analysis, Column } from '../../generator/model/analysis.ts'
import type { StoredRecord } from '../../simulator/store.ts'
import { type Expected, expectedValue, storable } from '../support/expected-value.ts'
import {
  type ExpectedRow,
  type ExpectedTable,
  foundQuery,
  literal,
  microseconds,
  microsecondsSql,
  quoted,
  withoutNulls,
} from './expected-table.ts'
import type { AcceptedRow } from './record-ledger.ts'
import { type Horizon, isDue } from './record-version.ts'
import type { WatchedPortal } from './watch-portal.ts'

/** Table, portal and horizon that are judged. */
export interface Judged {
  readonly portal: WatchedPortal
  readonly analysis: Analysis
  readonly horizon: Horizon
}

/** A column that sync fills, and the property that it holds. */
interface JudgedColumn {
  readonly property: string
  readonly calculated: boolean
  readonly column: Column
  /** Not an earlier column: there, a value that does not fit is only null. */
  readonly current: boolean
}

/** For a property whose type was changed, also its earlier columns: sync continues to fill them. */
function judgedColumns({ properties }: Analysis): readonly JudgedColumn[] {
  return properties
    .filter(({ archived }) => !archived)
    .flatMap(({ name, column, calculated, earlierColumns = [] }) =>
      [...earlierColumns, column].map((each) => ({
        property: name,
        calculated,
        column: each,
        current: each === column,
      })),
    )
}

function tableOf({ schema = 'hubspot', table }: Analysis): string {
  return `${quoted(schema)}.${quoted(table)}`
}

/** The entity's own table: values, stamps and flags of every current or former record. */
export function expectedRecords(judged: Judged): ExpectedTable {
  const { analysis } = judged
  const columns = judgedColumns(analysis)
  return {
    name: analysis.table,
    found: foundQuery(tableOf(analysis), 't.id::text', {
      is_deleted: 't.is_deleted::text',
      _fivetran_deleted: 't._fivetran_deleted::text',
      portal_id: 't.portal_id::text',
      updated_at: microsecondsSql('t.updated_at'),
      ...Object.fromEntries(columns.map(({ column }) => [column.name, sqlOf(column)])),
    }),
    parameters: [],
    rows: recordRows(judged, columns),
  }
}

function sqlOf({ name, type, overflow }: Column): string {
  if (overflow !== undefined) return `t.overflow ->> ${literal(overflow)}`
  const column = `t.${quoted(name)}`
  if (type === 'numeric') return `trim_scale(${column})::text`
  return type === 'timestamptz' ? microsecondsSql(column) : `${column}::text`
}

function* recordRows(judged: Judged, columns: readonly JudgedColumn[]): Generator<ExpectedRow> {
  const late = lateColumns(judged, columns)
  for (const record of everyRecord(judged)) {
    const accepted = acceptedRows(judged, record)
    const required = !accepted.includes(null)
    const told = new Set<string>()
    for (const one of accepted) {
      if (one === null) continue
      for (const answers of answersOf(judged)) {
        const row = rowOf(judged, record.id, one, columns, answers)
        for (const known of one.deleted ? withoutLate(row, late) : [row]) {
          const text = accepted.length > 1 || one.deleted ? JSON.stringify(known) : ''
          if (text !== '' && told.has(text)) continue
          told.add(text)
          yield { key: record.id, row: known, required }
        }
      }
    }
  }
}

/** Columns that were added after the table, as far as that is visible: at most N. */
const mostLate = 4

function lateColumns(
  { portal, analysis }: Judged,
  columns: readonly JudgedColumn[],
): readonly string[] {
  const added = portal.addedProperties(analysis.objectType.id)
  const retyped = new Set(columns.filter(({ current }) => !current).map(({ property }) => property))
  return columns
    .filter(({ property, current }) => added.has(property) || (current && retyped.has(property)))
    .map(({ column }) => column.name)
    .slice(0, mostLate)
}

/**
 * A record that was deleted before a column was added has no value in it, because it cannot be read any more.
 */
function withoutLate(
  row: Readonly<Record<string, string>>,
  late: readonly string[],
): readonly Readonly<Record<string, string>>[] {
  const rows = [row]
  for (const name of late) {
    for (const { [name]: value, ...rest } of rows.slice()) if (value !== undefined) rows.push(rest)
  }
  return rows
}

/** Live ones, those in the recycle bin, and those that only the ledger still has. */
function* everyRecord({ portal, analysis }: Judged): Generator<StoredRecord> {
  const { id: typeId } = analysis.objectType
  yield* portal.store.scan(typeId, 0n, { archived: false })
  yield* portal.store.scan(typeId, 0n, { archived: true })
  const ledger = portal.records(typeId)
  for (const id of ledger.vanishedIds()) {
    const last = ledger.lastOf(id)
    if (last !== undefined) yield last
  }
}

type Accepted = readonly (AcceptedRow | null)[]

/** The records and their quarantine are judged by the same rows: reading every value of a record takes long. */
const known = new WeakMap<Judged, Map<string, Accepted>>()

function acceptedRows(judged: Judged, record: StoredRecord): Accepted {
  const ofJudged = known.get(judged) ?? new Map<string, Accepted>()
  known.set(judged, ofJudged)
  const rows = ofJudged.get(record.id) ?? acceptRows(judged, record)
  ofJudged.set(record.id, rows)
  return rows
}

function acceptRows({ portal, analysis, horizon }: Judged, record: StoredRecord): Accepted {
  const { id: typeId } = analysis.objectType
  const rows = portal.records(typeId).rowsOf(record, horizon)
  if (!portal.unreadable.has(`${typeId} ${record.id}`)) return rows
  return portal.records(typeId).isKnown(record.id) ? rows : []
}

/**
 * The value of a column whose property HubSpot left out for a while: the earlier one, or the answered one.
 */
type Answers = 'kept' | 'read'

/** A property that is answered again may be unread until the daily passes were due. */
function answersOf({ portal, analysis, horizon }: Judged): readonly Answers[] {
  const absent = [...portal.absentProperties(analysis.objectType.id).values()]
  const isComing = absent.some(({ isBack }) => isBack) && !isDue('day', horizon)
  return isComing ? ['read', 'kept'] : ['read']
}

/** The raw value of a column. */
function rawValue(
  { portal, analysis }: Judged,
  id: string,
  { deleted, stamped, calculated }: AcceptedRow,
  column: JudgedColumn,
  answers: Answers = 'read',
): string | undefined {
  const absent = portal.absentProperties(analysis.objectType.id).get(column.property)
  const isKept = absent !== undefined && (!absent.isBack || answers === 'kept')
  if (isKept && !deleted) return absent.values.get(id)
  const { values } = column.calculated ? calculated : stamped
  return Object.hasOwn(values, column.property) ? values[column.property] : undefined
}

function expectedIn({ column }: JudgedColumn, raw: string | undefined): Expected {
  return expectedValue(column.overflow === undefined ? column.type : 'text', raw)
}

function rowOf(
  judged: Judged,
  id: string,
  accepted: AcceptedRow,
  columns: readonly JudgedColumn[],
  answers: Answers,
): Readonly<Record<string, string>> {
  const { deleted, stamped } = accepted
  const row: Record<string, string | null> = {
    is_deleted: String(deleted),
    _fivetran_deleted: String(deleted),
    portal_id: String(judged.portal.store.portal.portalId),
    updated_at: microseconds(stamped.updatedAt),
  }
  for (const column of columns) {
    const expected = expectedIn(column, rawValue(judged, id, accepted, column, answers))
    row[column.column.name] = typeof expected === 'string' ? expected : null
  }
  return withoutNulls(row)
}

/** Exactly the values that did not fit, of live records whose row is certain. */
export function expectedQuarantine(judged: Judged): ExpectedTable {
  const { portal, analysis, horizon } = judged
  const { id: typeId } = analysis.objectType
  const ledger = portal.records(typeId)
  const unreadable = [...portal.unreadable]
    .filter((key) => key.startsWith(`${typeId} `))
    .map((key) => key.slice(typeId.length + 1))
  const left = new Set(unreadable)
  for (const { id } of everyRecord(judged)) {
    if (!ledger.isLive(id) || ledger.isUndecided(id, horizon)) left.add(id)
  }
  return {
    name: `hubgen.quarantine of ${analysis.entity}`,
    // Rejects of whole records are expected only for records that cannot be read.
    found: `SELECT key, row FROM (
      SELECT concat(record_id, ' ', coalesce(property, '(record)')) AS key,
        CASE WHEN property IS NULL THEN jsonb_build_object('reason', reason)
          ELSE jsonb_build_object('raw_value', raw_value) END AS row, record_id, property
      FROM hubgen.quarantine WHERE entity = $1) AS found
      WHERE NOT record_id = ANY($2::text[]) OR (property IS NULL AND record_id = ANY($3::text[]))`,
    parameters: [analysis.entity, [...left], unreadable],
    rows: quarantineRows(judged, left, unreadable),
  }
}

function* quarantineRows(
  judged: Judged,
  left: ReadonlySet<string>,
  unreadable: readonly string[],
): Generator<ExpectedRow> {
  const columns = judgedColumns(judged.analysis).filter(({ current }) => current)
  for (const id of unreadable) {
    yield { key: `${id} (record)`, row: { reason: 'unreadable' }, required: true }
  }
  for (const record of everyRecord(judged)) {
    const [accepted] = acceptedRows(judged, record)
    if (left.has(record.id) || accepted === undefined || accepted === null) continue
    const isComing = answersOf(judged).length > 1
    for (const column of columns) {
      const raw = rawValue(judged, record.id, accepted, column)
      const expected = expectedIn(column, raw)
      if (raw === undefined || typeof expected !== 'object' || expected === null) continue
      const row = { raw_value: storable(raw) }
      yield { key: `${record.id} ${column.property}`, row, required: !isComing }
    }
  }
}
