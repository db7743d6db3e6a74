import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { type PostgresDB, PostgresIntrospector, type TableMetadata } from 'kysely-codegen'
import type { Database } from '../../runtime/postgres/connection/database.ts'
import { compareColumns } from './compare-columns.ts'
import { compareCompanions, type RuntimeTexts } from './compare-companions.ts'
import { compareLabelled } from './compare-labelled.ts'
import { readSystemColumns, readTableModule, type StatedColumn } from './read-table-module.ts'

export interface Testimony {
  readonly entity: string
  readonly columns: number
  /** Empty when database and `table.ts` agree. */
  readonly differences: readonly string[]
}

function readRuntime(name: string): string {
  return readFileSync(fileURLToPath(new URL(`../../runtime/${name}`, import.meta.url)), 'utf8')
}

/**
 * Creates the tables of a generated folder in an empty database and has kysely-codegen, which shares no code
 * with the generator, read them back, to check that each `table.ts` describes its tables, and each
 * `labelled.ts` its view.
 */
export async function witnessFolder(
  directory: string,
  { kysely }: Database,
): Promise<readonly Testimony[]> {
  const entities = globSync('*/schema.sql', { cwd: directory })
    .map((path) => path.slice(0, -'/schema.sql'.length))
    .toSorted()
  for (const entity of entities) {
    for (const file of ['schema.sql', 'indexes.sql', 'labels.sql', 'labelled.sql']) {
      await sql.raw(readFileSync(join(directory, entity, file), 'utf8')).execute(kysely)
    }
  }
  const { tables } = await new PostgresIntrospector().introspect({
    db: kysely.withTables<PostgresDB>(),
  })
  const texts = {
    columns: readRuntime('columns.ts'),
    companionColumns: readRuntime('companion-columns.ts'),
  }
  return entities.map((entity) => testify(join(directory, entity), entity, texts, tables))
}

function testify(
  folder: string,
  entity: string,
  texts: RuntimeTexts,
  tables: readonly TableMetadata[],
): Testimony {
  const module = readFileSync(join(folder, 'table.ts'), 'utf8')
  const stated: StatedColumn[] = [...readSystemColumns(texts.columns), ...readTableModule(module)]
  const [, schema, name] = /^\/\*\* One row of `(\w+)\.(\w+)`/m.exec(module) ?? []
  const table = tables.find((one) => one.schema === schema && one.name === name)
  const columns = stated.length
  if (table === undefined) {
    return { entity, columns, differences: [`table \`${schema}.${name}\` was not created`] }
  }
  const labelled = readFileSync(join(folder, 'labelled.ts'), 'utf8')
  const [, viewSchema, viewName] = /^\/\*\* One row of `(\w+)\.(\w+)`/m.exec(labelled) ?? []
  const view = tables.find((one) => one.schema === viewSchema && one.name === viewName)
  const differences = [
    ...compareColumns(stated, table.columns),
    ...compareCompanions(module, readFileSync(join(folder, 'schema.sql'), 'utf8'), texts, tables),
    ...(view === undefined
      ? [`view \`${viewSchema}.${viewName}\` was not created`]
      : compareLabelled(labelled, stated, view.columns)),
  ]
  return { entity, columns, differences }
}
