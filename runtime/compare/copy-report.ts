/**
 * Why a row or a value is not the same in both copies. Only `different` is a real difference; the others follow
 * from the time of each copy's last sync, or from how it writes values.
 */
const differenceClasses = [
  'representation',
  'newer_here',
  'newer_there',
  'deleted_here',
  'deleted_there',
  'different',
] as const

export type DifferenceClass = (typeof differenceClasses)[number]

export const classWords: Readonly<Record<DifferenceClass, string>> = {
  representation: 'another form of the same value',
  newer_here: 'newer here',
  newer_there: 'newer there',
  deleted_here: 'marked as deleted here, absent there',
  deleted_there: 'marked as deleted there, absent here',
  different: 'really different',
}

/** Two copies of one portal in one database. */
export interface CopyReport {
  /** The schema of the other copy. */
  readonly schema: string
  /** Number of rows of which values are compared per table; null for all. */
  readonly sampled: number | null
  readonly tables: readonly TableReport[]
  /** Tables that only one copy has, by name; ours under the names that the other copy would use. */
  readonly onlyHere: readonly string[]
  readonly onlyThere: readonly string[]
  /** Real differences: rows and values. */
  readonly different: number
}

export interface TableReport {
  readonly table: string
  readonly rows: {
    readonly here: number
    readonly there: number
    readonly both: number
    /** Rows that only one copy has, by class, with the first and the last key as examples. */
    readonly onlyHere: readonly ClassCount[]
    readonly onlyThere: readonly ClassCount[]
  }
  /** Why rows could not be compared by key; null if they were. */
  readonly notCompared: string | null
  readonly key: readonly string[]
  /** Rows whose values were compared. */
  readonly comparedRows: number
  readonly comparedColumns: number
  /** Columns with differences, and those of another type, by name. */
  readonly columns: readonly ColumnReport[]
  readonly columnsOnlyHere: readonly string[]
  readonly columnsOnlyThere: readonly string[]
}

export interface ClassCount {
  readonly class: DifferenceClass
  readonly count: number
  readonly examples: readonly string[]
}

export interface ColumnReport {
  readonly column: string
  /** Null if both types are of one family. */
  readonly types: { readonly here: string; readonly there: string } | null
  /** HubSpot computes it and moves no stamp: copies that read it at different times differ. */
  readonly calculated: boolean
  readonly differences: readonly ClassCount[]
}

/** Counts by class, with a few examples of each. */
export class ClassCounts {
  readonly #counts = new Map<DifferenceClass, { count: number; examples: string[] }>()

  add(kind: DifferenceClass, example: string): void {
    const known = this.#counts.get(kind) ?? { count: 0, examples: [] }
    known.count += 1
    if (known.examples.length < namedExamples) known.examples.push(example)
    this.#counts.set(kind, known)
  }

  list(): readonly ClassCount[] {
    return differenceClasses.flatMap((kind) => {
      const known = this.#counts.get(kind)
      return known === undefined ? [] : { class: kind, ...known }
    })
  }
}

const namedExamples = 3

export function countDifferent(counts: readonly ClassCount[]): number {
  return counts.reduce((sum, one) => sum + (one.class === 'different' ? one.count : 0), 0)
}
