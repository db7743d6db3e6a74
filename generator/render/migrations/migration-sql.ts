import {
  type MigratedSchema,
  readMigratedSchema,
} from '../../../runtime/postgres/schema/migrated-schema.ts'
import { compareText } from '../../model/compare-text.ts'
import { entityHeader, renderTemplate } from '../text/template.ts'
import type { MigrationStep } from './compare-schemas.ts'
import { type ColumnMismatch, compareSchemas } from './compare-schemas.ts'
import { nameChange, nameIndexChange, nameMigration } from './migration-names.ts'
import { planSteps } from './plan-steps.ts'

/** A file of the folder `migrations`. */
export interface MigrationFile {
  /** File name: `0001_deals_create_5f1c22ab.sql`. */
  readonly name: string
  readonly sql: string
}

/** The SQL that creates all database objects of an entity. */
export interface EntitySql {
  readonly entity: string
  /** Texts of its SQL files, each with its header line. */
  readonly texts: readonly string[]
}

/** Whether columns and tables that no analysis contains any more are dropped, with their values. */
export type UnusedParts = 'kept' | 'dropped'

export interface PlannedMigrations {
  /** New files by name; there are none for an entity with mismatches or conflicts. */
  readonly files: ReadonlyMap<string, string>
  readonly mismatches: readonly (ColumnMismatch & { readonly entity: string })[]
  /** Columns that stay although no analysis contains them any more: entity, table, column. */
  readonly unused: readonly (readonly [entity: string, table: string, column: string])[]
  /** Companion tables that stay although no analysis contains them any more: entity, table. */
  readonly unusedTables: readonly (readonly [entity: string, table: string])[]
  /** Tables of records that an entity wants as a companion table, or the reverse; one line each. */
  readonly conflicts: readonly string[]
}

/**
 * Plans the migrations from the schema of the existing ones to the one that the entities want: a create
 * migration for an entity without a table, otherwise at most two, one for statements in a transaction and one
 * for those that cannot run in one. Reads only files that hubgen wrote, as they are, edited or not. `others`
 * are entities that are already generated: their columns and tables are not unused.
 */
export function planMigrations(
  entities: readonly EntitySql[],
  existing: readonly MigrationFile[],
  unusedParts: UnusedParts,
  others: readonly EntitySql[] = [],
): PlannedMigrations {
  const ours = existing
    .filter(({ sql }) => migratedEntity(sql) !== null)
    .toSorted((left, right) => compareText(left.name, right.name))
  const reached = readMigratedSchema(ours.map(({ sql }) => sql))
  const files = new Map<string, string>()
  const mismatches: (ColumnMismatch & { entity: string })[] = []
  const unused: (readonly [string, string, string])[] = []
  const unusedTables: (readonly [string, string])[] = []
  const conflicts: string[] = []
  const add = (entity: string, what: string, sql: string): void => {
    const names = [...existing.map(({ name }) => name), ...files.keys()]
    files.set(nameMigration(names, entity, what, sql), sql)
  }
  for (const { entity, texts } of entities) {
    const wanted = readMigratedSchema(texts)
    const changes = compareSchemas(reached, wanted)
    mismatches.push(...changes.mismatches.map((mismatch) => ({ entity, ...mismatch })))
    const spare = findUnusedTables(entity, ours, reached, [...entities, ...others])
    const dropped =
      unusedParts === 'dropped'
        ? { columns: changes.unused, tables: spare }
        : { columns: [], tables: [] }
    if (unusedParts === 'kept') {
      unused.push(...changes.unused.map(([table, column]) => [entity, table, column] as const))
      unusedTables.push(...spare.map((table) => [entity, table] as const))
    }
    const taken = [
      ...findTaken(entity, reached, wanted),
      ...findMoved(entity, ours, reached, wanted),
    ]
    conflicts.push(...taken)
    if (changes.mismatches.length > 0 || taken.length > 0) continue
    if (changes.tables.length === wanted.tables.size) {
      add(entity, 'create', renderCreation(entity, texts))
      continue
    }
    const { together, alone } = planSteps(reached, wanted, changes, dropped)
    if (together.length > 0)
      add(entity, nameChange(changes, dropped), renderTogether(entity, together))
    if (alone.length > 0) add(entity, nameIndexChange(changes, entity), renderAlone(entity, alone))
  }
  return { files, mismatches, unused, unusedTables, conflicts }
}

/** A table of records never becomes a table of links, or the reverse: their keys distinguish them. */
function findTaken(
  entity: string,
  reached: MigratedSchema,
  wanted: MigratedSchema,
): readonly string[] {
  return [...wanted.tables.keys()]
    .filter((table) => reached.tables.has(table))
    .filter((table) => reached.keys.has(table) !== wanted.keys.has(table))
    .map((table) => {
      const name = table.slice(table.indexOf('.') + 1).replaceAll('"', '')
      return wanted.keys.has(table)
        ? `\`${entity}\` needs companion table \`${table}\`, but the migrations have records there; write \`"takenTables": ["${name}"]\` into ${entity}/analysis.json, so that it gets another name`
        : `\`${entity}\` needs table \`${table}\` for its records, but the migrations made it as a companion table of another entity; rename its folder, and \`entity\` and \`table\` in its analysis.json`
    })
}

/**
 * A table of records stays where the entity's migrations created it: another name or schema would begin a
 * second copy.
 */
function findMoved(
  entity: string,
  migrations: readonly MigrationFile[],
  reached: MigratedSchema,
  wanted: MigratedSchema,
): readonly string[] {
  const own = migrations.filter(({ sql }) => migratedEntity(sql) === entity)
  const { tables, keys } = readMigratedSchema(own.map(({ sql }) => sql))
  const made = [...tables.keys()].filter((table) => !keys.has(table) && reached.tables.has(table))
  const [first] = made
  if (first === undefined || made.some((table) => wanted.tables.has(table))) return []
  const now = [...wanted.tables.keys()].find((table) => !wanted.keys.has(table)) ?? ''
  return [
    `\`${entity}\` has its records in table \`${first}\`, its analysis says \`${now}\`; set \`table\` and \`schema\` in ${entity}/analysis.json back`,
  ]
}

/**
 * Companion tables that the entity's migrations created and no analysis contains any more. Their key, which
 * is a line of its own, distinguishes them from tables of records, which are never dropped.
 */
function findUnusedTables(
  entity: string,
  migrations: readonly MigrationFile[],
  reached: MigratedSchema,
  all: readonly EntitySql[],
): readonly string[] {
  const own = migrations.filter(({ sql }) => migratedEntity(sql) === entity)
  const made = readMigratedSchema(own.map(({ sql }) => sql)).keys
  const here = [...made.keys()].filter((table) => reached.keys.has(table))
  const isWanted = (table: string) =>
    all.some(({ texts }) => texts.some((text) => text.includes(`CREATE TABLE ${table} (\n`)))
  return here.filter((table) => !isWanted(table))
}

/** The entity of a migration that hubgen wrote, from its first line; null for other files. */
export function migratedEntity(sql: string): string | null {
  return /^-- Generated by `hubgen generate ([a-z][a-z0-9_]*)`/.exec(sql)?.[1] ?? null
}

function renderCreation(entity: string, texts: readonly string[]): string {
  return renderTemplate('migration.sql', {
    header: entityHeader(entity),
    body: texts.map((text) => text.slice(text.indexOf('\n') + 1).trim()).join('\n\n'),
  })
}

function renderTogether(entity: string, steps: readonly MigrationStep[]): string {
  return renderTemplate('migration-together.sql', { header: entityHeader(entity), steps })
}

function renderAlone(entity: string, steps: readonly MigrationStep[]): string {
  return renderTemplate('migration-alone.sql', { header: entityHeader(entity), steps })
}
