import { HubgenError } from '../errors.ts'
import { liftBounds } from '../postgres/connection/bounded-dialect.ts'
import type { Database } from '../postgres/connection/database.ts'
import { transact } from '../postgres/connection/transact.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import { compareTables } from './compare-tables.ts'
import { type CopyReport, countDifferent, type TableReport } from './copy-report.ts'
import type { OurTable } from './our-table.ts'
import { listSchemas, readTables } from './read-tables.ts'

export interface CompareCopiesRequest {
  /** The schema of the other copy. */
  readonly schema: string
  readonly tables: readonly OurTable[]
  /** Number of rows per table whose values are compared; null for all. */
  readonly sample: number | null
  readonly signal: AbortSignal
  /** Called with a table and the number of its rows compared so far. */
  readonly onRows: (table: string, rows: number) => void
}

/**
 * Compares another copy of the portal, in a schema of the same database, with this one. It only reads, and each
 * table has a transaction with one snapshot of both copies. Fails with SCHEMA_UNKNOWN.
 */
export async function compareCopies(
  database: Database,
  { schema, tables, sample, signal, onRows }: CompareCopiesRequest,
): Promise<CopyReport> {
  return explainingErrors(database.label, async () => {
    const theirs = await readTables(database.kysely, schema)
    if (theirs === null) throw schemaUnknown(schema, await listSchemas(database.kysely))
    const ours = new Map(tables.map((table) => [table.name, table]))
    const reports: TableReport[] = []
    for (const [name, their] of theirs) {
      const our = ours.get(name)
      if (our === undefined) continue
      reports.push(
        await transact(database)
          .setIsolationLevel('repeatable read')
          .setAccessMode('read only')
          .execute(async (transaction) => {
            await liftBounds(transaction)
            const counting = (rows: number) => onRows(name, rows)
            return compareTables(
              transaction,
              { our, their, schema },
              { sample, signal, onRows: counting },
            )
          }),
      )
    }
    return {
      schema,
      sampled: sample,
      tables: reports,
      onlyHere: [...ours.keys()].filter((name) => !theirs.has(name)).sort(),
      onlyThere: [...theirs.keys()].filter((name) => !ours.has(name)),
      different: reports.reduce((sum, report) => sum + differentIn(report), 0),
    }
  })
}

/** Rows and values that really differ. */
export function differentIn({ rows, columns }: TableReport): number {
  const values = columns.reduce((sum, { differences }) => sum + countDifferent(differences), 0)
  return countDifferent(rows.onlyHere) + countDifferent(rows.onlyThere) + values
}

function schemaUnknown(schema: string, known: readonly string[]): HubgenError {
  return new HubgenError(
    'SCHEMA_UNKNOWN',
    `the database has no schema \`${schema}\`, or this role does not see it`,
    {
      fix: `name the schema of the other copy: ${known.map((name) => `\`${name}\``).join(', ')}`,
    },
  )
}
