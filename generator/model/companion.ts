import type { CompanionKind } from './companion-names.ts'
import type { OtherEnd } from './linked-entities.ts'

/** A table that an entity has next to its own: links, merges, pipelines. Nothing is quoted. */
export type Companion = { [Kind in CompanionKind]: CompanionOf<Kind> }[CompanionKind]

export interface CompanionOf<Kind extends CompanionKind> {
  readonly kind: Kind
  /** Without the schema. */
  readonly table: string
  readonly comment: string
  readonly columns: readonly CompanionColumn[]
  /** Columns of the primary key, in order. */
  readonly key: readonly string[]
  readonly indexes: readonly CompanionIndex[]
  /** How `table.ts` describes a row: a type of the runtime, and the columns that are its type arguments. */
  readonly rowType: { readonly name: CompanionRowType; readonly columns: readonly string[] }
  /** What it holds, for `summary.txt`: `links to contacts`. */
  readonly summary: string
  /** What `entity.ts` states about it; null where the fact of another companion names this table. */
  readonly syncFact: SyncFact<Kind>
  /** The entity that its links lead to. */
  readonly to: Kind extends 'associations' ? OtherEnd : null
}

export interface CompanionColumn {
  readonly name: string
  /** As hubgen writes it, e.g. `timestamptz`. */
  readonly type: 'bigint' | 'boolean' | 'double precision' | 'integer' | 'text' | 'timestamptz'
  readonly notNull: boolean
  /** An SQL expression. */
  readonly default: string | null
  readonly comment: string
}

export interface CompanionIndex {
  readonly name: string
  readonly column: string
  readonly reason: string
}

/**
 * Row types in `runtime/companion-columns.ts`.
 * @internal Exported for tests.
 */
export type CompanionRowType =
  | 'AssociationColumns'
  | 'MergeColumns'
  | 'PipelineColumns'
  | 'PipelineStageColumns'
  | 'HistoryColumns'

type TableName = `${string}.${string}`

/**
 * What `entity.ts` states about each kind, under its name: `CompanionFacts` of the runtime, which the model may
 * not import. A test compares the two types.
 */
export interface SyncFacts {
  readonly associations: readonly {
    readonly table: TableName
    readonly toObjectType: string
    readonly fromColumn: string
    readonly toColumn: string
  }[]
  readonly merges: {
    readonly table: TableName
    readonly survivorColumn: string
    readonly mergedColumn: string
  }
  readonly pipelines: { readonly table: TableName; readonly stageTable: TableName }
  /** `pipelines` names both tables. */
  readonly stages: null
  readonly history: {
    readonly table: TableName
    readonly idColumn: string
    readonly properties: readonly string[]
  }
}

/**
 * The fact of one companion; `entity.ts` lists those of a kind that can have several.
 * @internal Exported for tests.
 */
export type SyncFact<Kind extends CompanionKind> = SyncFacts[Kind] extends readonly (infer One)[]
  ? One
  : SyncFacts[Kind]
