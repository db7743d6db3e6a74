import type { CompanionKind } from './companion-names.ts'
import type { OtherEnd } from './linked-entities.ts'

/** A table of an entity next to its main table: links, merges, pipelines. Names are unquoted. */
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
  /** The row type in `table.ts`: a type of the runtime, and the columns that are its type arguments. */
  readonly rowType: { readonly name: CompanionRowType; readonly columns: readonly string[] }
  /** The contents, for `summary.txt`: `links to contacts`. */
  readonly summary: string
  /** The fact in `entity.ts`; null if the fact of another companion names this table. */
  readonly syncFact: SyncFact<Kind>
  /** The entity at the other end of its links. */
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
 * The facts about each kind in `entity.ts`, under its name: `CompanionFacts` of the runtime, which the model
 * may not import. A test compares the two types.
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
  /** The fact `pipelines` names both tables. */
  readonly stages: null
  readonly history: {
    readonly table: TableName
    readonly idColumn: string
    readonly properties: readonly string[]
  }
}

/**
 * The fact of one companion; `entity.ts` has a list of them for kinds with several tables.
 * @internal Exported for tests.
 */
export type SyncFact<Kind extends CompanionKind> = SyncFacts[Kind] extends readonly (infer One)[]
  ? One
  : SyncFacts[Kind]
