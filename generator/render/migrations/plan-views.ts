import { labelledViewName } from '../../model/labels.ts'
import { sqlIdentifier } from '../text/escape-sql.ts'
import type { MigrationStep, SchemaChanges } from './compare-schemas.ts'
import type { MigratedSchema } from './migrated-schema.ts'

export interface ViewSteps {
  /** Before the tables change. */
  readonly before: readonly MigrationStep[]
  /** After the tables have changed. */
  readonly after: readonly MigrationStep[]
}

/**
 * Created, changed and dropped views. The labelled view of a table that loses columns is dropped as well:
 * `hubgen migrate` recreates it after the migrations.
 */
export function planViews(
  reached: MigratedSchema,
  wanted: MigratedSchema,
  droppedColumns: SchemaChanges['unused'],
): ViewSteps {
  const before: MigrationStep[] = []
  const after: MigrationStep[] = []
  for (const [view, query] of wanted.views) {
    const known = reached.views.get(view)
    const change =
      known === undefined ? { kind: 'recreated' as const, query } : compareViewQueries(known, query)
    if (known !== undefined && change.kind === 'recreated') before.push(dropView(view))
    if (change.kind === 'replaced') after.push(replaceView(view, change.query))
    if (change.kind === 'recreated') after.push(createView(view, change.query))
    const target = `VIEW ${view}`
    const comment = wanted.comments.get(target)
    if (
      comment !== undefined &&
      (change.kind === 'recreated' || reached.comments.get(target) !== comment)
    ) {
      after.push(commentView(view, comment))
    }
  }
  for (const [view, query] of reached.views) {
    if (!wanted.views.has(view) && wanted.tables.has(viewedTable(query))) {
      before.push(dropView(view))
    }
  }
  for (const table of new Set(droppedColumns.map(([name]) => name))) {
    before.push(dropView(labelledViewOf(table)))
  }
  return { before, after }
}

/** `hubspot."select"` → `hubspot.select_labelled`. */
function labelledViewOf(table: string): string {
  const [schema = '', name = ''] = table.split('.')
  return `${schema}.${sqlIdentifier(labelledViewName(name.replaceAll('"', '')))}`
}

function dropView(view: string): MigrationStep {
  return {
    lock: `ACCESS EXCLUSIVE on the view ${view}, for an instant`,
    statements: [`DROP VIEW IF EXISTS ${view};`],
  }
}

function createView(view: string, query: string): MigrationStep {
  return {
    lock: `ACCESS SHARE on ${viewedTable(query)}, for an instant; reads and writes continue`,
    statements: [`CREATE VIEW ${view} AS\n${query};`],
  }
}

function commentView(view: string, comment: string): MigrationStep {
  return {
    lock: `SHARE UPDATE EXCLUSIVE on the view ${view}, for an instant; reads continue`,
    statements: [`COMMENT ON VIEW ${view} IS ${comment};`],
  }
}

function replaceView(view: string, query: string): MigrationStep {
  return {
    lock: `ACCESS EXCLUSIVE on the view ${view}, for an instant`,
    statements: [`CREATE OR REPLACE VIEW ${view} AS\n${query};`],
  }
}

/** The table in the `FROM` of a hubgen view. */
function viewedTable(query: string): string {
  return /\nFROM (\S+)$/.exec(query)?.[1] ?? ''
}

/** How to change one query of a view into another. */
type ViewChange =
  | { readonly kind: 'none' }
  /** Replaced in place: existing columns stay, new ones follow them. */
  | { readonly kind: 'replaced'; readonly query: string }
  /** Dropped and created again, which Postgres refuses while a user's view depends on it. */
  | { readonly kind: 'recreated'; readonly query: string }

/**
 * Postgres replaces a view in place only if existing columns stay and new ones follow, so columns keep the
 * order in which they were added. Both queries have one line per column between `SELECT` and `FROM`.
 */
function compareViewQueries(before: string, after: string): ViewChange {
  const [old, wanted] = [splitQuery(before), splitQuery(after)]
  const known = new Set(old.columns)
  const added = wanted.columns.filter((column) => !known.has(column))
  const stays = new Set(wanted.columns)
  if (old.columns.some((column) => !stays.has(column))) return { kind: 'recreated', query: after }
  if (added.length === 0 && old.source === wanted.source) return { kind: 'none' }
  const columns = [...old.columns, ...added].map((column) => `  ${column}`)
  return { kind: 'replaced', query: `SELECT\n${columns.join(',\n')}\n${wanted.source}` }
}

function splitQuery(query: string): { columns: readonly string[]; source: string } {
  const lines = query.split('\n')
  const from = lines.findIndex((line) => line.startsWith('FROM '))
  return {
    columns: lines.slice(1, from).map((line) => line.trim().replace(/,$/, '')),
    source: lines.slice(from).join('\n'),
  }
}
