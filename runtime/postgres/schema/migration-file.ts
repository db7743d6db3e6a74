import { createHash } from 'node:crypto'

/** A file of `generated/migrations`. */
export interface MigrationFile {
  /** File name: `0001_deals_create_5f1c22ab.sql`. */
  readonly name: string
  readonly sql: string
  /** Of a squashed file: those of `migrations/squashed`, among them the ones that it was made from. */
  readonly replaced?: readonly MigrationFile[] | undefined
}

/** A migration as `hubgen.migration` and a squashed file name it. */
export interface NamedFile {
  readonly name: string
  /** SHA-256 in hex. */
  readonly checksum: string
}

export interface MigrationStatement {
  readonly sql: string
  /** From 1. */
  readonly line: number
}

/** The marker line of files whose statements must not run in a transaction. */
const aloneMark = /^-- hubgen: no transaction\s*$/m

/** Whether the statements of the file run outside a transaction, as CREATE INDEX CONCURRENTLY requires. */
export function runsAlone({ sql }: MigrationFile): boolean {
  return aloneMark.test(sql)
}

/** SHA-256 in hex. Line endings are ignored, because git may change them on checkout. */
export function checksumOf({ sql }: Pick<MigrationFile, 'sql'>): string {
  return createHash('sha256').update(sql.replaceAll('\r\n', '\n')).digest('hex')
}

const replacesLine = /^-- Replaces: (\S+) ([0-9a-f]{64})$/gm

/** The files that `hubgen squash` made this one from, in their order; none for any other file. */
export function replacedFiles({ sql }: Pick<MigrationFile, 'sql'>): readonly NamedFile[] {
  const matches = sql.replaceAll('\r\n', '\n').matchAll(replacesLine)
  return [...matches].map(([, name = '', checksum = '']) => ({ name, checksum }))
}

/** Sorted by name, which begins with a number. */
export function inOrder(files: readonly MigrationFile[]): readonly MigrationFile[] {
  return files.toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/**
 * The statements of a file that runs without a transaction; each ends with a semicolon at the end of a
 * line.
 */
export function statementsOf({ sql }: Pick<MigrationFile, 'sql'>): readonly MigrationStatement[] {
  const statements: MigrationStatement[] = []
  let lines: string[] = []
  let line = 0
  for (const text of sql.split(/\r?\n/)) {
    line += 1
    if (text.trim() === '' || text.trimStart().startsWith('--')) continue
    lines.push(text)
    if (!text.trimEnd().endsWith(';')) continue
    statements.push({ sql: lines.join('\n'), line: line - lines.length + 1 })
    lines = []
  }
  if (lines.length > 0) statements.push({ sql: lines.join('\n'), line: line - lines.length + 1 })
  return statements
}
