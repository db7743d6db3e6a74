import { HubgenError } from '../../runtime/errors.ts'
import { readMigratedSchema } from '../../runtime/postgres/schema/migrated-schema.ts'
import { replacedFiles } from '../../runtime/postgres/schema/migration-file.ts'
import { CHECKSUM_FILE, checksum, formatChecksums, parseChecksums } from '../disk/checksums.ts'
import { readGeneratedFolder } from '../disk/generated-folder.ts'
import type { WritePlan } from '../disk/plan-write.ts'
import { compareText } from '../model/compare-text.ts'
import { type MigrationFile, migratedEntity } from '../render/migrations/migration-sql.ts'
import { squashMigrations } from '../render/migrations/squash-sql.ts'

export interface Squash {
  readonly plan: WritePlan
  /** The migrations that become one, in their order; a database must have run all of them. */
  readonly files: readonly MigrationFile[]
  /** The new file's name; null where there is nothing to squash. */
  readonly name: string | null
  /** Columns that the tables of the entity have used, and that a new one has. */
  readonly usedColumns: number
  readonly leftColumns: number
}

/**
 * Plans one file in the place of an entity's migrations, and changes nothing. The migrations move to
 * `migrations/squashed`, where a database that is restored to an earlier state finds the ones that it has not run.
 */
export async function planSquash(directory: string, entity: string): Promise<Squash> {
  const disk = await readGeneratedFolder(directory)
  const own = [...disk]
    .flatMap(([path, sql]) => {
      const name = /^migrations\/([^/]+\.sql)$/.exec(path)?.[1]
      return name !== undefined && migratedEntity(sql) === entity ? [{ name, sql }] : []
    })
    .toSorted((left, right) => compareText(left.name, right.name))
  if (own.length === 0) {
    throw new HubgenError('MIGRATIONS_MISSING', `\`${entity}\` has no migrations`, {
      at: `${directory}/migrations`,
      fix: `\`hubgen generate ${entity}\``,
    })
  }
  // The files that a squashed one replaces are still here only if an earlier squash was interrupted.
  const replaced = new Set(own.flatMap(replacedFiles).map((file) => file.checksum))
  const files = own.filter(({ sql }) => !replaced.has(checksum(sql)))
  const left = own.filter((file) => !files.includes(file))
  const isWhole = left.length === 0 && files.length > 1
  const squashed = isWhole ? squashMigrations(entity, files) : null
  const moved = isWhole ? files : left
  const history = readMigratedSchema(files.map(({ sql }) => sql))
  return {
    plan: planMoves(disk, moved, squashed),
    files,
    name: squashed?.name ?? null,
    usedColumns: sum([...history.usedColumns.values()]),
    leftColumns: sum([...history.tables.values()].map(({ size }) => size)),
  }
}

function planMoves(
  disk: ReadonlyMap<string, string>,
  moved: readonly MigrationFile[],
  squashed: MigrationFile | null,
): WritePlan {
  const remove = moved.map(({ name }) => `migrations/${name}`)
  const texts = new Map(moved.map(({ name, sql }) => [`migrations/squashed/${name}`, sql]))
  if (squashed !== null) texts.set(`migrations/${squashed.name}`, squashed.sql)
  const recorded = parseChecksums(disk.get(CHECKSUM_FILE) ?? '')
  const sums = new Map([...recorded].filter(([path]) => !remove.includes(path)))
  for (const [path, text] of texts) sums.set(path, checksum(text))
  const write =
    texts.size === 0 ? texts : new Map([...texts, [CHECKSUM_FILE, formatChecksums(sums)]])
  return { write, remove, unchanged: 0, edited: [], unknown: [] }
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
