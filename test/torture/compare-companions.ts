import type pg from 'pg'
import type { ObjectType, Store } from '../../simulator/store.ts'
import type { Merge } from './portal-mutator.ts'

interface CompanionTable {
  readonly table: string
  readonly columns: readonly string[]
}

export interface CompanionComparison {
  /** How many of each were compared. */
  readonly links: number
  readonly merges: number
  readonly problems: readonly string[]
}

interface Compared {
  readonly compared: number
  readonly problems: readonly string[]
}

/** What differs from the portal in the tables of links and of merges beside those of `typeIds`. */
export async function compareCompanions(
  client: pg.Client,
  store: Store,
  typeIds: readonly string[],
  merges: readonly Merge[],
): Promise<CompanionComparison> {
  const types = typeIds.map((typeId) => typeOf(store, typeId))
  const links: Compared[] = []
  const merged: Compared[] = []
  for (const { table, columns } of await companionTables(client)) {
    if (columns.includes('type_id') && columns.includes('category')) {
      const ends = endsOf(columns, store.objectTypes())
      if (ends === null || !types.includes(ends.from)) continue
      links.push(await compareLinks(client, store, table, ends))
    }
    const type = types.find((each) => table === `merged_${tableName(each)}`)
    if (type !== undefined) merged.push(await compareMerges(client, store, type, merges))
  }
  return {
    links: sumOf(links),
    merges: sumOf(merged),
    problems: [...links, ...merged].flatMap(({ problems }) => problems),
  }
}

function sumOf(parts: readonly Compared[]): number {
  return parts.reduce((sum, { compared }) => sum + compared, 0)
}

async function companionTables(client: pg.Client): Promise<readonly CompanionTable[]> {
  const { rows } = await client.query<CompanionTable>(`
    SELECT c.table_name AS table, array_agg(column_name::text ORDER BY ordinal_position) AS columns
    FROM information_schema.columns AS c JOIN information_schema.tables AS t USING (table_schema, table_name)
    WHERE table_schema = 'hubspot' AND table_type = 'BASE TABLE' GROUP BY c.table_name ORDER BY 1`)
  return rows
}

interface Ends {
  readonly from: ObjectType
  readonly to: ObjectType
  readonly fromColumn: string
  readonly toColumn: string
}

/** The first two columns, by their names; null where one is no object type of the portal. */
function endsOf(columns: readonly string[], types: readonly ObjectType[]): Ends | null {
  const [fromColumn = '', toColumn = ''] = columns
  const named = (column: string) => types.find((type) => column.endsWith(`${tableName(type)}_id`))
  const [from, to] = [named(fromColumn), named(toColumn)]
  return from === undefined || to === undefined ? null : { from, to, fromColumn, toColumn }
}

async function compareLinks(
  client: pg.Client,
  store: Store,
  table: string,
  { from, to, fromColumn, toColumn }: Ends,
): Promise<Compared> {
  const { rows } = await client.query<{ link: string }>(
    `SELECT concat_ws(' ', "${fromColumn}", "${toColumn}", category, type_id, label) AS link
    FROM hubspot."${table}"`,
  )
  const found = new Set(rows.map(({ link }) => link))
  const problems: string[] = []
  let compared = 0
  for (const { id } of store.scan(from.typeId, 0n, { archived: false })) {
    for (const { toId, types } of store.links(from.typeId, id, to.typeId)) {
      for (const { category, typeId, label } of types) {
        compared += 1
        const link = [id, toId, category, typeId, label].filter((part) => part !== null).join(' ')
        if (!found.delete(link)) problems.push(`${table}: link ${link} is missing`)
      }
    }
  }
  problems.push(...[...found].map((link) => `${table}: link ${link} is extra`))
  return { compared, problems }
}

/** Every merged-away id leads to the record that stands for it now, over however many merges. */
async function compareMerges(
  client: pg.Client,
  store: Store,
  type: ObjectType,
  merges: readonly Merge[],
): Promise<Compared> {
  const name = tableName(type)
  const { rows } = await client.query<{ merged: string; survivor: string }>(
    `SELECT "merged_${name}_id"::text AS merged, "${name}_id"::text AS survivor
    FROM hubspot."merged_${name}"`,
  )
  const next = new Map(rows.map(({ merged, survivor }) => [merged, survivor]))
  const problems: string[] = []
  let compared = 0
  for (const { typeId, mergedId } of merges) {
    const survivor = store.survivorOf(typeId, mergedId)
    if (typeId !== type.typeId || survivor === undefined) continue
    // Whom a survivor had swallowed cannot be read once it is gone itself.
    if (store.record(typeId, survivor)?.archived !== false) continue
    compared += 1
    const found = endOf(next, mergedId)
    if (found !== survivor) {
      problems.push(`merged_${name}: ${mergedId} leads to ${found}, not to ${survivor}`)
    }
  }
  return { compared, problems }
}

function endOf(next: ReadonlyMap<string, string>, id: string): string {
  let end = id
  for (let steps = 0; next.has(end) && steps <= next.size; steps += 1) end = next.get(end) ?? end
  return end
}

function typeOf(store: Store, typeId: string): ObjectType {
  const type = store.findObjectType(typeId)
  if (type === undefined) throw new Error(`no object type \`${typeId}\``)
  return type
}

/** `line_item`, `vehicle`. */
function tableName(type: ObjectType): string {
  return type.singularName.toLowerCase().replaceAll(' ', '_')
}
