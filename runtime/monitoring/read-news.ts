import { sql } from 'kysely'
import type { Database } from '../postgres/connection/database.ts'
import { explainingErrors } from '../postgres/database-error.ts'
import type { JournalLine } from './read-journal.ts'

/** A journal line with its run; together they give its place among all lines of the entity. */
export interface NewsLine extends JournalLine {
  readonly runId: string
}

/** A place among the lines of an entity's runs: by run, then by number. */
export interface NewsPlace {
  readonly runId: string
  readonly number: number
}

/** The lines of an entity's runs after a place, in order, without progress. Requires the state tables. */
export async function readNews(
  database: Database,
  entity: string,
  { runId, number }: NewsPlace,
  limit: number,
): Promise<readonly NewsLine[]> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<NewsLine>`
      SELECT event.run_id AS "runId", event.number, event.at, event.type, event.body
      FROM hubgen.run JOIN hubgen.event ON event.run_id = run.id
      WHERE run.entity = ${entity} AND run.id >= ${runId}::bigint
        AND (event.run_id, event.number) > (${runId}::bigint, ${number}::int)
        AND event.type <> 'progress'
      ORDER BY event.run_id, event.number LIMIT ${limit}`.execute(database.kysely),
  )
  return rows
}

/** The last lines, in order, of the entity's newest run that has any. Requires the state tables. */
export async function readLastNews(
  database: Database,
  entity: string,
  limit: number,
): Promise<readonly NewsLine[]> {
  const { rows } = await explainingErrors(database.label, () =>
    sql<NewsLine>`
      SELECT newest.id AS "runId", event.number, event.at, event.type, event.body
      FROM (
        SELECT id FROM hubgen.run WHERE entity = ${entity}
          AND EXISTS (SELECT FROM hubgen.event WHERE run_id = run.id)
        ORDER BY id DESC LIMIT 1
      ) AS newest JOIN hubgen.event ON event.run_id = newest.id
      WHERE event.type <> 'progress'
      ORDER BY event.number DESC LIMIT ${limit}`.execute(database.kysely),
  )
  return rows.toReversed()
}
