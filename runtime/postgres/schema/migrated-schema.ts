/*
 * The migrations themselves are the record of the schema that they produce. Files written by hubgen are
 * parsed back in the form that it writes, with names and definitions compared as text. `generate` parses
 * `schema.sql` and `indexes.sql` in the same way and writes the difference; `migrate` skips statements that
 * later files undo. A committed snapshot would be one more file to merge and keep consistent. With this
 * approach branches merge, an edited file counts as it is, and deleting unapplied files squashes them.
 * Files without hubgen's first line are applied in order but not parsed. Views are not included: `migrate`
 * replaces them every time.
 */

/**
 * A schema as stated by hubgen's own SQL, with every name and definition as written. Nothing is parsed
 * further: two states are equal if their texts are.
 */
export interface MigratedSchema {
  /** Column definitions (`numeric`) by column, by table (`hubspot.deal`), both in order of creation. */
  readonly tables: Map<string, Map<string, string>>
  /** `PRIMARY KEY (deal_id, contact_id)` by table, if it is on a separate line. */
  readonly keys: Map<string, string>
  /** Literals by target, e.g. `COLUMN hubspot.deal.property_amount`. */
  readonly comments: Map<string, string>
  /** `ON hubspot.deal USING btree (property_amount)` by index name. */
  readonly indexes: Map<string, string>
  /** Number of columns ever used by each table: dropped ones keep their slots in Postgres. */
  readonly usedColumns: Map<string, number>
}

/** One statement of hubgen's, reduced to its effect on the schema. */
export type SchemaChange =
  | {
      readonly kind: 'create_table'
      readonly table: string
      readonly columns: ReadonlyMap<string, string>
      readonly key: string | undefined
    }
  | {
      readonly kind: 'alter_table'
      readonly table: string
      readonly actions: readonly ColumnAction[]
    }
  | { readonly kind: 'drop_table'; readonly table: string }
  | { readonly kind: 'comment'; readonly target: string; readonly literal: string }
  | { readonly kind: 'create_index'; readonly index: string; readonly definition: string }
  | { readonly kind: 'drop_index'; readonly index: string }

/** One line of an ALTER TABLE. */
export type ColumnAction = { readonly column: string; readonly line: string } & (
  | { readonly kind: 'add'; readonly definition: string }
  | { readonly kind: 'default'; readonly value: string }
  | { readonly kind: 'drop' }
)

const NAME = '(?:[a-z_][a-z0-9_]*|(?:U&)?"(?:[^"]|"")*")'
const TABLE = `${NAME}\\.${NAME}`

const CREATE_TABLE = new RegExp(
  `^CREATE TABLE (?:IF NOT EXISTS )?(${TABLE}) \\(\\n(.*)\\n\\);$`,
  's',
)
/** Or a comment. */
const EMPTY_LINE = /^\s*(?:--|$)/
const COLUMN_LINE = new RegExp(`^ +(${NAME}) (.*?),?$`)
const KEY_LINE = /^ +(PRIMARY KEY \(.*\))$/m
const ALTER_TABLE = new RegExp(`^ALTER TABLE (${TABLE})\\s+(.*);$`, 's')
const ADD_COLUMN = new RegExp(`^ADD COLUMN IF NOT EXISTS (${NAME}) (.*?),?$`)
const DROP_COLUMN = new RegExp(`^DROP COLUMN IF EXISTS (${NAME}),?$`)
const DROP_TABLE = new RegExp(`^DROP TABLE IF EXISTS (${TABLE});$`)
const SET_DEFAULT = new RegExp(`^ALTER COLUMN (${NAME}) SET DEFAULT (.*?),?$`)
const COMMENT = new RegExp(`^COMMENT ON ((?:TABLE|COLUMN) ${TABLE}(?:\\.${NAME})?) IS (.*);$`)
const COMMENTED = new RegExp(`^(?:TABLE|COLUMN) (${TABLE})(?:\\.(${NAME}))?$`)
const CREATE_INDEX = new RegExp(
  `^CREATE INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(${NAME}) (ON .*);$`,
)
const DROP_INDEX = new RegExp(`^DROP INDEX CONCURRENTLY IF EXISTS ${NAME}\\.(${NAME});$`)
const INDEXED = new RegExp(`^ON (${TABLE}) USING \\w+ \\((?:(${NAME})\\))?`)

/**
 * The schema after running these texts in order on an empty database. They are parsed line by line in the
 * form that hubgen writes; statements in any other form have no effect here.
 */
export function readMigratedSchema(texts: readonly string[]): MigratedSchema {
  const schema: MigratedSchema = {
    tables: new Map(),
    keys: new Map(),
    comments: new Map(),
    indexes: new Map(),
    usedColumns: new Map(),
  }
  for (const text of texts) readInto(schema, text)
  return schema
}

/** The schema after running one more text; does not modify the given schema. */
export function withText(schema: MigratedSchema, text: string): MigratedSchema {
  const copy = {
    tables: new Map([...schema.tables].map(([table, columns]) => [table, new Map(columns)])),
    keys: new Map(schema.keys),
    comments: new Map(schema.comments),
    indexes: new Map(schema.indexes),
    usedColumns: new Map(schema.usedColumns),
  }
  readInto(copy, text)
  return copy
}

/** Every table that these texts create, even if one of them drops it. */
export function madeTables(texts: readonly string[]): ReadonlySet<string> {
  const created = texts.flatMap(readChanges).filter((change) => change.kind === 'create_table')
  return new Set(created.map(({ table }) => table))
}

function readInto(schema: MigratedSchema, text: string): void {
  for (const change of readChanges(text)) applyChange(schema, change)
}

/** Commands read the same text for several questions. */
const lastRead = new Map<string, readonly SchemaChange[]>()
const mostRemembered = 100

function readChanges(text: string): readonly SchemaChange[] {
  const known = lastRead.get(text)
  if (known !== undefined) return known
  const changes = splitStatements(text).flatMap((statement) => readStatement(statement) ?? [])
  if (lastRead.size >= mostRemembered) lastRead.clear()
  lastRead.set(text, changes)
  return changes
}

/** Splits statements at each semicolon that ends a line; drops comments and empty lines. */
export function splitStatements(text: string): readonly string[] {
  const statements: string[] = []
  let lines: string[] = []
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    if (EMPTY_LINE.test(line)) continue
    lines.push(line)
    if (!line.endsWith(';')) continue
    statements.push(lines.join('\n'))
    lines = []
  }
  return statements
}

/** Null for a statement that is not about tables, columns, comments or indexes, or not in hubgen's form. */
export function readStatement(statement: string): SchemaChange | null {
  const [, created, body] = CREATE_TABLE.exec(statement) ?? []
  if (created !== undefined && body !== undefined) {
    const [, key] = KEY_LINE.exec(body) ?? []
    return { kind: 'create_table', table: created, columns: readColumns(body), key }
  }
  const [, altered, actions] = ALTER_TABLE.exec(statement) ?? []
  if (altered !== undefined && actions !== undefined) {
    return { kind: 'alter_table', table: altered, actions: actions.split('\n').flatMap(readAction) }
  }
  const [, droppedTable] = DROP_TABLE.exec(statement) ?? []
  if (droppedTable !== undefined) return { kind: 'drop_table', table: droppedTable }
  const [, target, literal] = COMMENT.exec(statement) ?? []
  if (target !== undefined && literal !== undefined) return { kind: 'comment', target, literal }
  const [, index, definition] = CREATE_INDEX.exec(statement) ?? []
  if (index !== undefined && definition !== undefined) {
    return { kind: 'create_index', index, definition }
  }
  const [, droppedIndex] = DROP_INDEX.exec(statement) ?? []
  return droppedIndex === undefined ? null : { kind: 'drop_index', index: droppedIndex }
}

function readAction(text: string): readonly ColumnAction[] {
  const line = text.trim()
  const [, added, definition] = ADD_COLUMN.exec(line) ?? []
  if (added !== undefined && definition !== undefined) {
    return [{ kind: 'add', column: added, definition, line }]
  }
  const [, changed, value] = SET_DEFAULT.exec(line) ?? []
  if (changed !== undefined && value !== undefined) {
    return [{ kind: 'default', column: changed, value, line }]
  }
  const [, dropped] = DROP_COLUMN.exec(line) ?? []
  return dropped === undefined ? [] : [{ kind: 'drop', column: dropped, line }]
}

function readColumns(body: string): Map<string, string> {
  const columns = new Map<string, string>()
  for (const line of body.split('\n')) {
    const [, name, definition] = COLUMN_LINE.exec(line) ?? []
    if (name !== undefined && definition !== undefined) columns.set(name, definition)
  }
  return columns
}

/**
 * CREATE TABLE on an existing table adds its missing columns, because two branches may both create it.
 * Comments and indexes of missing objects are skipped, because another branch may have dropped these.
 */
function applyChange(schema: MigratedSchema, change: SchemaChange): void {
  switch (change.kind) {
    case 'create_table':
      createTable(schema, change)
      return
    case 'alter_table':
      for (const action of change.actions) alterTable(schema, change.table, action)
      return
    case 'drop_table':
      dropTable(schema, change.table)
      return
    case 'comment':
      if (exists(schema, COMMENTED, change.target))
        schema.comments.set(change.target, change.literal)
      return
    case 'create_index':
      if (exists(schema, INDEXED, change.definition)) {
        schema.indexes.set(change.index, change.definition)
      }
      return
    case 'drop_index':
      schema.indexes.delete(change.index)
  }
}

function createTable(
  schema: MigratedSchema,
  { table, columns, key }: Extract<SchemaChange, { kind: 'create_table' }>,
): void {
  const found = schema.tables.get(table)
  if (found === undefined) {
    schema.tables.set(table, new Map(columns))
    schema.usedColumns.set(table, columns.size)
    if (key !== undefined) schema.keys.set(table, key)
    return
  }
  for (const [column, definition] of columns) {
    if (!found.has(column)) useColumn(schema, table)
    found.set(column, withDefaultOf(found.get(column) ?? definition, definition))
  }
}

function useColumn({ usedColumns }: MigratedSchema, table: string): void {
  usedColumns.set(table, (usedColumns.get(table) ?? 0) + 1)
}

function dropTable(schema: MigratedSchema, table: string): void {
  schema.tables.delete(table)
  schema.usedColumns.delete(table)
  schema.keys.delete(table)
  for (const target of schema.comments.keys()) {
    if (target === `TABLE ${table}` || target.startsWith(`COLUMN ${table}.`)) {
      schema.comments.delete(target)
    }
  }
  for (const [name, definition] of schema.indexes) {
    if (indexedTable(definition) === table) schema.indexes.delete(name)
  }
}

function alterTable(schema: MigratedSchema, table: string, action: ColumnAction): void {
  const columns = schema.tables.get(table)
  if (columns === undefined) return
  const { column } = action
  const found = columns.get(column)
  if (action.kind === 'add' && found === undefined) {
    columns.set(column, action.definition)
    useColumn(schema, table)
  }
  if (action.kind === 'default' && found !== undefined) {
    columns.set(column, withDefault(found, action.value))
  }
  if (action.kind !== 'drop') return
  columns.delete(column)
  schema.comments.delete(`COLUMN ${table}.${column}`)
  for (const [name, definition] of schema.indexes) {
    const [, indexed, by] = INDEXED.exec(definition) ?? []
    if (indexed === table && by === column) schema.indexes.delete(name)
  }
}

/** Whether the table of a comment or an index exists, and its column if there is one. */
function exists(schema: MigratedSchema, pattern: RegExp, text: string): boolean {
  const [, table = '', column] = pattern.exec(text) ?? []
  const columns = schema.tables.get(table)
  return columns !== undefined && (column === undefined || columns.has(column))
}

/** A column definition with another default. */
export function withDefault(definition: string, value: string): string {
  return `${definition.replace(/ DEFAULT .*$/, '')} DEFAULT ${value}`
}

/** The default in a column definition; undefined if there is none. */
export function defaultOf(definition: string): string | undefined {
  return / DEFAULT (.*)$/.exec(definition)?.[1]
}

/** The first definition, with the second one's default if they differ only in that. */
function withDefaultOf(definition: string, other: string): string {
  const value = defaultOf(other)
  return value !== undefined && withDefault(definition, value) === other ? other : definition
}

/** `ON hubspot.deal USING …` is about `hubspot.deal`. */
export function indexedTable(definition: string): string {
  return /^ON (.*?) USING /.exec(definition)?.[1] ?? ''
}
