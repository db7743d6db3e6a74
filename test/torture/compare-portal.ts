import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type pg from 'pg'
import type { Analysis, Column } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import type { Store, StoredRecord } from '../../simulator/store.ts'
import { canonicalSql, expectedValue, plainDecimal, storable } from '../support/expected-value.ts'

/** One sentence for everything in which a table differs from the portal; empty when nothing does. */
export interface Comparison {
  readonly entity: string
  readonly rows: number
  readonly values: number
  readonly differences: readonly string[]
}

interface Row {
  readonly id: string
  readonly deleted: string
  readonly stamp: string
  readonly [column: string]: string | null
}

interface ComparedColumn {
  readonly property: string
  readonly column: Column
  /** Not one that the property had before: there, what does not fit is null and nothing more. */
  readonly current: boolean
}

const pageRows = 500

/** Reads both sides in the order of ids and compares them column by column, knowing nothing of sync. */
export async function comparePortal(
  client: pg.Client,
  store: Store,
  generated: string,
  entity: string,
): Promise<Comparison> {
  const analysis = await readAnalysis(join(generated, entity, 'analysis.json'))
  const columns = columnsOf(analysis)
  const differences: string[] = []
  const rejects = new Set<string>()
  let rows = 0
  let values = 0
  const records = store.scan(analysis.objectType.id, 0n, { archived: false })[Symbol.iterator]()
  let record = records.next().value as StoredRecord | undefined
  for await (const row of readTable(client, analysis, columns)) {
    while (record !== undefined && BigInt(record.id) < BigInt(row.id)) {
      differences.push(`${entity} ${record.id}: missing`)
      record = records.next().value as StoredRecord | undefined
    }
    rows += 1
    if (record?.id === row.id) {
      values += columns.length
      differences.push(
        ...compareRow(record, row, columns, rejects).map((each) => `${entity} ${each}`),
      )
      record = records.next().value as StoredRecord | undefined
    } else if (row.deleted !== 'true true') {
      differences.push(`${entity} ${row.id}: extra (deleted flags: ${row.deleted})`)
    }
  }
  for (; record !== undefined; record = records.next().value as StoredRecord | undefined) {
    differences.push(`${entity} ${record.id}: missing`)
  }
  differences.push(...(await compareQuarantine(client, analysis, rejects)))
  differences.push(...(await countRows(client, analysis)))
  return { entity, rows, values, differences }
}

async function readAnalysis(path: string): Promise<Analysis> {
  const parsed = parseAnalysis(await readFile(path, 'utf8'))
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  return parsed.analysis
}

/** Where a property got another type, the columns it had before as well: sync goes on filling them. */
function columnsOf({ properties }: Analysis): readonly ComparedColumn[] {
  return properties
    .filter(({ archived }) => !archived)
    .flatMap(({ name, column, earlierColumns = [] }) =>
      [column, ...earlierColumns].map((each) => ({
        property: name,
        column: each,
        current: each === column,
      })),
    )
}

async function* readTable(
  client: pg.Client,
  { table }: Analysis,
  columns: readonly ComparedColumn[],
): AsyncGenerator<Row> {
  const selected = columns.map(({ column }, index) => `${sqlOf(column)} AS c${index}`)
  let after = '0'
  for (;;) {
    const { rows } = await client.query<Row>(
      `SELECT id::text AS id, is_deleted || ' ' || _fivetran_deleted AS deleted,
        ${canonicalSql('timestamptz', 'updated_at')} AS stamp, ${selected.join(', ')}
      FROM hubspot."${table}" AS t WHERE t.id > $1 ORDER BY t.id LIMIT ${pageRows}`,
      [after],
    )
    yield* rows
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
  }
}

function sqlOf({ name, type, overflow }: Column): string {
  if (overflow !== undefined) return `t.overflow ->> '${overflow.replaceAll("'", "''")}'`
  return canonicalSql(type, `t."${name}"`)
}

function compareRow(
  record: StoredRecord,
  row: Row,
  columns: readonly ComparedColumn[],
  rejects: Set<string>,
): readonly string[] {
  const problems: string[] = []
  if (row.deleted !== 'false false') problems.push(`${record.id}: live, but deleted ${row.deleted}`)
  const stamp = expectedValue('timestamptz', record.updatedAt)
  if (row.stamp !== stamp) problems.push(`${record.id}: stamp ${row.stamp}, not ${String(stamp)}`)
  for (const [index, { property, column, current }] of columns.entries()) {
    const stored = row[`c${index}`] ?? null
    const type = column.overflow === undefined ? column.type : 'text'
    const expected = expectedValue(type, record.value(property))
    const found = type === 'numeric' && stored !== null ? plainDecimal(stored) : stored
    const wanted = typeof expected === 'string' ? expected : null
    if (current && typeof expected === 'object' && expected !== null) {
      rejects.add(`${record.id} ${property} ${storable(record.value(property) ?? '')}`)
    }
    if (found === wanted) continue
    const [is, should] = [found, wanted].map((value) => JSON.stringify(value)?.slice(0, 80))
    problems.push(`${record.id}: ${column.name} is ${is}, should be ${should}`)
  }
  return problems
}

/** Every value of a live record that did not fit, and no other, is in the quarantine. */
async function compareQuarantine(
  client: pg.Client,
  { entity, table }: Analysis,
  rejects: ReadonlySet<string>,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ reject: string }>(
    `SELECT concat(record_id, ' ', property, ' ', raw_value) AS reject
    FROM hubgen.quarantine AS q JOIN hubspot."${table}" AS t ON t.id::text = q.record_id
    WHERE entity = $1 AND property IS NOT NULL AND NOT t.is_deleted`,
    [entity],
  )
  const found = new Set(rows.map(({ reject }) => reject))
  const missing = [...rejects].filter((reject) => !found.has(reject))
  const extra = [...found].filter((reject) => !rejects.has(reject))
  return [
    ...missing.map((reject) => `${entity}: not in the quarantine: ${reject.slice(0, 80)}`),
    ...extra.map((reject) => `${entity}: still in the quarantine: ${reject.slice(0, 80)}`),
  ]
}

/** Rows and the runs' counters are written together, so they agree however often a run was killed. */
async function countRows(
  client: pg.Client,
  { entity, table }: Analysis,
): Promise<readonly string[]> {
  const { rows } = await client.query<{ rows: string; inserted: string }>(
    `SELECT (SELECT count(*) FROM hubspot."${table}") AS rows,
      (SELECT sum(inserted) FROM hubgen.run WHERE entity = $1) AS inserted`,
    [entity],
  )
  const [found] = rows
  if (found === undefined || found.rows === found.inserted) return []
  return [`${entity}: ${found.rows} rows, but the runs counted ${found.inserted} as inserted`]
}
