/** Counts of rows of one table. */
export interface RowCounts {
  readonly inserted: number
  readonly updated: number
  /** Equal to or older than the stored row; not rewritten. */
  readonly unchanged: number
  /** Rows that were marked as deleted; for links, rows that were removed. */
  readonly deleted: number
}

/** The counters of a run, as in `hubgen.run`. */
export interface RunCounts extends RowCounts {
  /** Records that HubSpot returned. All other counters are about committed batches. */
  readonly read: number
  /** Values that did not fit their columns. */
  readonly rejectedValues: number
  /** Records that Postgres refused whole. */
  readonly rejectedRecords: number
}

/** Ids of some records that were written, for people who look at a run. */
export interface WrittenIds {
  readonly inserted: readonly string[]
  readonly updated: readonly string[]
  readonly deleted: readonly string[]
}

/** Of each kind; more would help nobody. */
export const mostWrittenIds = 10

export const noIds: WrittenIds = { inserted: [], updated: [], deleted: [] }

export function addIds(ids: WrittenIds, more: Partial<WrittenIds>): WrittenIds {
  const some = (kind: keyof WrittenIds) =>
    [...ids[kind], ...(more[kind] ?? [])].slice(0, mostWrittenIds)
  return { inserted: some('inserted'), updated: some('updated'), deleted: some('deleted') }
}

/** The counts that one transaction adds to its run. */
export type BatchCounts = Omit<RunCounts, 'read' | 'deleted'>

export type Mutable<Counts> = { -readonly [Name in keyof Counts]: Counts[Name] }

export const noCounts: RunCounts = {
  read: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  rejectedValues: 0,
  rejectedRecords: 0,
}

/** Adds two sets of counters and drops all other fields; missing counters are 0. */
export function sumCounts(one: Partial<RunCounts>, other: Partial<RunCounts>): RunCounts {
  const sum: Mutable<RunCounts> = { ...noCounts }
  for (const name of countNames) sum[name] = (one[name] ?? 0) + (other[name] ?? 0)
  return sum
}

const countNames: readonly (keyof RunCounts)[] = [
  'read',
  'inserted',
  'updated',
  'unchanged',
  'deleted',
  'rejectedValues',
  'rejectedRecords',
]
