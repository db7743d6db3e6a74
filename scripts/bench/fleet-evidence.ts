import pg from 'pg'
import { entities, type FleetPortal } from './fleet-portals.ts'

/** The state of a portal's copy according to its database and its simulator. */
export interface CopyEvidence {
  /** Records of HubSpot without a row of the same stamp. */
  readonly lost: number
  /** Versions of records that were written more than once. */
  readonly twice: number
  /** When the last row of this round was committed, in ms since 1970; null if rows are missing. */
  readonly doneMs: number | null
}

const tableNames: Readonly<Record<string, string>> = {
  companies: 'company',
  tickets: 'ticket',
  calls: 'call',
  meetings: 'meeting',
  notes: 'note',
  tasks: 'task',
}

/** Every version of a row that is written, in the database itself; triggers are the bench's, not hubgen's. */
export async function recordWrites({ databaseUrl }: FleetPortal): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(`CREATE TABLE public.bench_write (
      entity text, id bigint, stamp text, at timestamptz DEFAULT clock_timestamp());
      CREATE FUNCTION public.bench_note() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO public.bench_write VALUES (TG_TABLE_NAME, NEW.id,
          md5((to_jsonb(NEW) - '_fivetran_synced')::text));
        RETURN NULL;
      END $$`)
    for (const table of await tablesOf(client)) {
      await client.query(`CREATE TRIGGER bench AFTER INSERT OR UPDATE ON ${table}
        FOR EACH ROW EXECUTE FUNCTION public.bench_note()`)
    }
  })
}

async function tablesOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT table_schema || '.' || table_name AS name FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
      WHERE column_name = 'id' AND table_schema = 'hubspot' AND table_type = 'BASE TABLE'
        AND table_name = ANY ($1)`,
    [Object.values(tableNames)],
  )
  return rows.map(({ name }) => name)
}

/** The records of a portal that were changed for a round, and when the round became due. */
export interface DueRound {
  readonly dueMs: number
  readonly changed: readonly string[]
}

/** Looks for a row of each record, and counts versions of rows that were written more than once. */
export async function examineCopy(
  portal: FleetPortal,
  { dueMs, changed }: DueRound,
): Promise<CopyEvidence> {
  return withClient(portal.databaseUrl, async (client) => {
    let lost = 0
    const tables = await tablesOf(client)
    const rowsOf = new Map<string, ReadonlySet<string>>()
    for (const table of tables) {
      const { rows } = await client.query<{ ids: string[] }>(
        `SELECT coalesce(array_agg(id::text), '{}') AS ids FROM ${table}`,
      )
      rowsOf.set(table.replace('hubspot.', ''), new Set(rows[0]?.ids))
    }
    for (const [entity, typeId] of Object.entries(entities)) {
      for (const { id } of portal.simulator.store.scan(typeId, 0n, { archived: false })) {
        if (rowsOf.get(tableNames[entity] ?? '')?.has(String(id)) !== true) lost += 1
      }
    }
    const { rows } = await client.query<{ twice: string }>(
      `SELECT count(*) AS twice FROM (SELECT FROM public.bench_write
        GROUP BY entity, id, stamp HAVING count(*) > 1) AS repeated`,
    )
    const done = await client.query<{ id: string; at: Date }>(
      `SELECT id::text, min(at) AS at FROM public.bench_write
        WHERE id = ANY ($1) AND at > $2 GROUP BY entity, id`,
      [changed, new Date(dueMs)],
    )
    const isWhole = lost === 0 && done.rows.length === changed.length
    const doneMs = Math.max(...done.rows.map(({ at }) => at.getTime()))
    return { lost, twice: Number(rows[0]?.twice), doneMs: isWhole ? doneMs : null }
  })
}

/** Pairs of processes whose calls to one account lie between each other's, by the simulator's log. */
export function findSharedAccounts({ log }: FleetPortal): number {
  const spans = new Map<string, { from: number; to: number }>()
  for (const { process, atMs } of log) {
    const span = spans.get(process)
    spans.set(process, { from: span?.from ?? atMs, to: atMs })
  }
  const sorted = [...spans.values()].toSorted((one, other) => one.from - other.from)
  return sorted.filter(({ from }, index) => from < (sorted[index - 1]?.to ?? 0)).length
}

export async function withClient<Result>(
  url: string,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
