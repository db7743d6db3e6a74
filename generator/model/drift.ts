import type { Wording } from './wording.ts'

/** `schema` differences change columns or files; `label` differences change only labels. */
export type DriftSeverity = 'schema' | 'label'

/** The side that differs from the committed analysis. */
export type DriftSource = 'hubspot' | 'files' | 'database'

/**
 * The command that resolves a kind of drift; the commands after it follow. `hand`: the drift's words contain
 * the fix.
 */
export type DriftRemedy = 'explore' | 'generate' | 'migrate' | 'sync' | 'hand'

interface KindFacts {
  readonly source: DriftSource
  readonly severity: DriftSeverity
  readonly remedy: DriftRemedy
}

const hubspot = { source: 'hubspot', severity: 'schema', remedy: 'explore' } as const
const hubspotLabel = { source: 'hubspot', severity: 'label', remedy: 'explore' } as const
const files = { source: 'files', severity: 'schema', remedy: 'generate' } as const
const database = { source: 'database', severity: 'schema', remedy: 'migrate' } as const
const databaseLabel = { source: 'database', severity: 'label', remedy: 'migrate' } as const

/**
 * Every kind of drift. Programs compare these names: never rename one.
 * @internal Exported for tests.
 */
export const DRIFT_KINDS = {
  analysis_missing: hubspot,
  object_type_missing: { ...hubspot, remedy: 'hand' },
  identity_changed: hubspot,
  property_added: hubspot,
  property_archived: hubspot,
  property_removed: hubspot,
  property_restored: hubspot,
  property_remade: hubspot,
  property_excluded: hubspot,
  property_not_answered: hubspot,
  type_changed: hubspot,
  column_renamed: hubspot,
  column_retyped: hubspot,
  entity_relabelled: hubspotLabel,
  label_changed: hubspotLabel,
  description_changed: hubspotLabel,
  group_changed: hubspotLabel,
  definition_changed: hubspotLabel,
  option_added: hubspotLabel,
  option_removed: hubspotLabel,
  option_changed: hubspotLabel,
  group_added: hubspotLabel,
  group_removed: hubspotLabel,
  group_relabelled: hubspotLabel,
  pipeline_added: hubspotLabel,
  pipeline_removed: hubspotLabel,
  pipeline_changed: hubspotLabel,
  stage_added: hubspotLabel,
  stage_removed: hubspotLabel,
  stage_changed: hubspotLabel,
  association_added: hubspot,
  association_removed: hubspot,
  association_changed: hubspotLabel,
  rule_added: hubspotLabel,
  rule_removed: hubspotLabel,
  rule_changed: hubspotLabel,
  skipped_added: hubspotLabel,
  skipped_removed: hubspotLabel,
  skipped_changed: hubspotLabel,
  evidence_changed: hubspotLabel,
  file_missing: files,
  file_changed: files,
  file_edited: files,
  file_extra: files,
  table_missing: database,
  table_remade: { ...database, remedy: 'sync' },
  key_missing: { ...database, remedy: 'hand' },
  key_changed: { ...database, remedy: 'hand' },
  column_missing: database,
  column_extra: database,
  column_type_changed: database,
  column_nullability_changed: database,
  column_default_changed: { ...database, remedy: 'hand' },
  constraint_extra: { ...database, remedy: 'hand' },
  comment_changed: databaseLabel,
  index_missing: database,
  index_changed: database,
  index_invalid: database,
  view_missing: databaseLabel,
  view_changed: databaseLabel,
  label_rows_changed: databaseLabel,
  rows_of_other_portal: { ...database, remedy: 'hand' },
} as const satisfies Readonly<Record<string, KindFacts>>

export type DriftKind = keyof typeof DRIFT_KINDS

/** One difference, in words that a person can act on. */
export interface Drift {
  /** Null for files of all entities, such as `index.ts`. */
  readonly entity: string | null
  readonly kind: DriftKind
  /** The name of a property, a column or an index, or a path inside the generated folder. */
  readonly subject: string
  /** As committed, and as it is now or should be; null if missing. */
  readonly before: string | null
  readonly after: string | null
  /** Without the entity's name. */
  readonly words: Wording
}

export function severityOf({ kind }: Pick<Drift, 'kind'>): DriftSeverity {
  return DRIFT_KINDS[kind].severity
}

export function sourceOf({ kind }: Pick<Drift, 'kind'>): DriftSource {
  return DRIFT_KINDS[kind].source
}

export function remedyOf({ kind }: Pick<Drift, 'kind'>): DriftRemedy {
  return DRIFT_KINDS[kind].remedy
}

/** Labels and views, which every `hubgen migrate` brings up to date, with or without a new migration. */
const BROUGHT_KINDS: ReadonlySet<DriftKind> = new Set([
  'view_missing',
  'view_changed',
  'label_rows_changed',
])

/** Whether `hubgen migrate` settles it only with a migration that is still to be applied. */
export function needsMigration({ kind }: Pick<Drift, 'kind'>): boolean {
  return remedyOf({ kind }) === 'migrate' && !BROUGHT_KINDS.has(kind)
}

/** Differences that `diff` does not compare; its help prints this list. */
export const NOT_COMPARED = [
  'the order of columns',
  'columns, indexes, views and tables of your own that hubgen did not make',
  'triggers, rules and foreign keys that point to a table of hubgen',
  'owners, grants, row-level security and other options of tables and views',
  'where and how a table is stored: tablespace, fillfactor, compression, UNLOGGED, partitions',
  "hubgen's own schema `hubgen`, which every command brings up to date",
  'values of records (`hubgen verify` compares them) and rows that are missing (`hubgen check`)',
] as const

/** Collects the drift of one entity. */
export type AddDrift = (
  kind: DriftKind,
  subject: string,
  words: Wording,
  change?: { readonly before?: string; readonly after?: string },
) => void

/** Calls of `add` append to `found`, in order. */
export interface DriftCollection {
  readonly add: AddDrift
  readonly found: readonly Drift[]
}

export function collectDrift(entity: string | null): DriftCollection {
  const found: Drift[] = []
  const add: AddDrift = (kind, subject, words, { before = null, after = null } = {}) => {
    found.push({ entity, kind, subject, before, after, words })
  }
  return { add, found }
}
