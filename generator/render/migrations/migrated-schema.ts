/*
 * The migrations are the record of the schema that they create. `generate` reads back its own SQL (one
 * statement per line, one column per line, names and definitions compared as text), does the same with
 * `schema.sql`, `indexes.sql` and `views.sql`, and writes the difference. A committed snapshot would be
 * another file to merge, and could disagree; a header in each file would be trusted even if the SQL below it
 * was edited. So two branches merge, an edited file counts as it is, and deleting files that were not applied
 * squashes them: generating appends and never rewrites. Files without hubgen's first line belong to the user:
 * they are applied in order and not read.
 */

/**
 * A schema as hubgen's own SQL states it, with names and definitions as text. They are not parsed further:
 * two states are equal when their texts are.
 */
export interface MigratedSchema {
  /** Column definitions (`numeric`) by column, by table (`hubspot.deal`), both in order of creation. */
  readonly tables: Map<string, Map<string, string>>
  /** `PRIMARY KEY (deal_id, contact_id)` by table, if it is a line of its own. */
  readonly keys: Map<string, string>
  /** Literals by target, e.g. `COLUMN hubspot.deal.property_amount`. */
  readonly comments: Map<string, string>
  /** `ON hubspot.deal USING btree (property_amount)` by index name. */
  readonly indexes: Map<string, string>
  /** Queries by view, from `SELECT` to the last character before the semicolon. */
  readonly views: Map<string, string>
}

const NAME = '(?:[a-z_][a-z0-9_]*|(?:U&)?"(?:[^"]|"")*")'
const TABLE = `${NAME}\\.${NAME}`

const CREATE_TABLE = new RegExp(
  `^CREATE TABLE (?:IF NOT EXISTS )?(${TABLE}) \\(\\n(.*)\\n\\);$`,
  's',
)
const COLUMN_LINE = new RegExp(`^ +(${NAME}) (.*?),?$`)
const KEY_LINE = /^ +(PRIMARY KEY \(.*\))$/m
const ALTER_TABLE = new RegExp(`^ALTER TABLE (${TABLE})\\s+(.*);$`, 's')
const ADD_COLUMN = new RegExp(`^ADD COLUMN IF NOT EXISTS (${NAME}) (.*?),?$`)
const DROP_COLUMN = new RegExp(`^DROP COLUMN IF EXISTS (${NAME}),?$`)
const DROP_TABLE = new RegExp(`^DROP TABLE IF EXISTS (${TABLE});$`)
const SET_DEFAULT = new RegExp(`^ALTER COLUMN (${NAME}) SET DEFAULT (.*?),?$`)
const COMMENT = new RegExp(`^COMMENT ON ((?:TABLE|COLUMN|VIEW) ${TABLE}(?:\\.${NAME})?) IS (.*);$`)
const CREATE_INDEX = new RegExp(
  `^CREATE INDEX (?:CONCURRENTLY )?(?:IF NOT EXISTS )?(${NAME}) (ON .*);$`,
)
const DROP_INDEX = new RegExp(`^DROP INDEX CONCURRENTLY IF EXISTS ${NAME}\\.(${NAME});$`)
const CREATE_VIEW = new RegExp(`^CREATE (?:OR REPLACE )?VIEW (${TABLE}) AS\\n(.*);$`, 's')
const DROP_VIEW = new RegExp(`^DROP VIEW IF EXISTS (${TABLE});$`)

/**
 * The schema after these texts ran one after another on an empty database. Reads them line by line in the
 * form that hubgen writes; statements in another form are ignored.
 */
export function readMigratedSchema(texts: readonly string[]): MigratedSchema {
  const schema: MigratedSchema = {
    tables: new Map(),
    keys: new Map(),
    comments: new Map(),
    indexes: new Map(),
    views: new Map(),
  }
  for (const text of texts) {
    for (const statement of splitStatements(text)) applyStatement(schema, statement)
  }
  return schema
}

/**
 * Statements in order, each up to its semicolon at the end of a line; without comments and empty lines.
 * @internal Exported for tests.
 */
export function splitStatements(text: string): readonly string[] {
  const statements: string[] = []
  let lines: string[] = []
  for (const line of text.replaceAll('\r\n', '\n').split('\n')) {
    if (line.trim() === '' || line.trimStart().startsWith('--')) continue
    lines.push(line)
    if (!line.endsWith(';')) continue
    statements.push(lines.join('\n'))
    lines = []
  }
  return statements
}

function applyStatement(schema: MigratedSchema, statement: string): void {
  const [, created, body] = CREATE_TABLE.exec(statement) ?? []
  if (created !== undefined && body !== undefined) {
    if (schema.tables.has(created)) return
    schema.tables.set(created, readColumns(body))
    const [, key] = KEY_LINE.exec(body) ?? []
    if (key !== undefined) schema.keys.set(created, key)
    return
  }
  const [, altered, actions] = ALTER_TABLE.exec(statement) ?? []
  if (altered !== undefined && actions !== undefined) {
    for (const action of actions.split('\n')) alterTable(schema, altered, action.trim())
    return
  }
  const [, droppedTable] = DROP_TABLE.exec(statement) ?? []
  if (droppedTable !== undefined) dropTable(schema, droppedTable)
  const [, target, literal] = COMMENT.exec(statement) ?? []
  if (target !== undefined && literal !== undefined) schema.comments.set(target, literal)
  applyIndexOrView(schema, statement)
}

function applyIndexOrView(schema: MigratedSchema, statement: string): void {
  const [, index, definition] = CREATE_INDEX.exec(statement) ?? []
  if (index !== undefined && definition !== undefined) schema.indexes.set(index, definition)
  const [, droppedIndex] = DROP_INDEX.exec(statement) ?? []
  if (droppedIndex !== undefined) schema.indexes.delete(droppedIndex)
  const [, view, query] = CREATE_VIEW.exec(statement) ?? []
  if (view !== undefined && query !== undefined) schema.views.set(view, query)
  const [, droppedView] = DROP_VIEW.exec(statement) ?? []
  if (droppedView === undefined) return
  schema.views.delete(droppedView)
  schema.comments.delete(`VIEW ${droppedView}`)
}

function dropTable(schema: MigratedSchema, table: string): void {
  schema.tables.delete(table)
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

function readColumns(body: string): Map<string, string> {
  const columns = new Map<string, string>()
  for (const line of body.split('\n')) {
    const [, name, definition] = COLUMN_LINE.exec(line) ?? []
    if (name !== undefined && definition !== undefined) columns.set(name, definition)
  }
  return columns
}

function alterTable(schema: MigratedSchema, table: string, action: string): void {
  const columns = schema.tables.get(table)
  if (columns === undefined) return
  const [, added, definition] = ADD_COLUMN.exec(action) ?? []
  if (added !== undefined && definition !== undefined && !columns.has(added)) {
    columns.set(added, definition)
  }
  const [, changed, value] = SET_DEFAULT.exec(action) ?? []
  if (changed !== undefined && value !== undefined) {
    columns.set(changed, withDefault(columns.get(changed) ?? '', value))
  }
  const [, dropped] = DROP_COLUMN.exec(action) ?? []
  if (dropped === undefined) return
  columns.delete(dropped)
  schema.comments.delete(`COLUMN ${table}.${dropped}`)
}

/** A column's definition with another default. */
export function withDefault(definition: string, value: string): string {
  return `${definition.replace(/ DEFAULT .*$/, '')} DEFAULT ${value}`
}

/** `ON hubspot.deal USING …` gives `hubspot.deal`. */
export function indexedTable(definition: string): string {
  return /^ON (.*?) USING /.exec(definition)?.[1] ?? ''
}
