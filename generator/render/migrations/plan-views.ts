import { labelledViewName } from '../../model/labels.ts'
import { sqlIdentifier } from '../text/escape-sql.ts'
import type { MigrationStep, SchemaChanges } from './compare-schemas.ts'
import type { MigratedSchema } from './migrated-schema.ts'

export interface ViewSteps {
  /** While the tables are still as they were. */
  readonly before: readonly MigrationStep[]
  /** When the tables are as they shall be. */
  readonly after: readonly MigrationStep[]
}

/**
 * Views that change, come or go. The labelled view of a table that loses columns goes as well:
 * `hubgen migrate` makes it again after the migrations, from what is then there.
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
      known === undefined ? { kind: 'anew' as const, query } : compareViewQueries(known, query)
    if (known !== undefined && change.kind === 'anew') before.push(dropView(view))
    if (change.kind === 'replaced') after.push(replaceView(view, change.query))
    if (change.kind === 'anew') after.push(createView(view, change.query))
    const target = `VIEW ${view}`
    const comment = wanted.comments.get(target)
    if (
      comment !== undefined &&
      (change.kind === 'anew' || reached.comments.get(target) !== comment)
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
    lock: `ACCESS SHARE on ${viewedTable(query)}, for an instant; reads and writes go on`,
    statements: [`CREATE VIEW ${view} AS\n${query};`],
  }
}

function commentView(view: string, comment: string): MigrationStep {
  return {
    lock: `SHARE UPDATE EXCLUSIVE on the view ${view}, for an instant; reads go on`,
    statements: [`COMMENT ON VIEW ${view} IS ${comment};`],
  }
}

function replaceView(view: string, query: string): MigrationStep {
  return {
    lock: `ACCESS EXCLUSIVE on the view ${view}, for an instant`,
    statements: [`CREATE OR REPLACE VIEW ${view} AS\n${query};`],
  }
}

/** The `FROM` of a view of ours names its table. */
function viewedTable(query: string): string {
  return /\nFROM (\S+)$/.exec(query)?.[1] ?? ''
}

/** What makes one query of a view into another. */
type ViewChange =
  | { readonly kind: 'none' }
  /** In place: its columns stay, new ones follow them. */
  | { readonly kind: 'replaced'; readonly query: string }
  /** Dropped and made again, which Postgres refuses while somebody's own view reads it. */
  | { readonly kind: 'anew'; readonly query: string }

/**
 * Postgres replaces a view in place only when its columns stay and new ones follow, so columns keep the
 * order in which they came. Both queries have a line for each column between `SELECT` and `FROM`.
 */
function compareViewQueries(before: string, after: string): ViewChange {
  const [old, wanted] = [splitQuery(before), splitQuery(after)]
  const known = new Set(old.columns)
  const added = wanted.columns.filter((column) => !known.has(column))
  const stays = new Set(wanted.columns)
  if (old.columns.some((column) => !stays.has(column))) return { kind: 'anew', query: after }
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
