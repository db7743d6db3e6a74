import { defaultMaxAgeSeconds, type QuarantineBounds } from './copy-status.ts'
import { usualQuarantineBounds } from './find-misfits.ts'

/**
 * What is checked; `freshness` by its age, the others by counting: `fit` values that did not fit their column,
 * `audit` records that differed from HubSpot when they were compared last, with no change that explains it.
 */
export const checkNames = [
  'completeness',
  'duplicates',
  'integrity',
  'links',
  'merges',
  'answers',
  'fit',
  'audit',
  'freshness',
] as const

export type CheckName = (typeof checkNames)[number]

/** What a check found, before anybody said whether that is all right. */
export interface CheckFinding {
  readonly checkName: CheckName
  /** A column, a table of links or a part of the copy, and with it the problem where there are several. */
  readonly subject: string
  /** HubSpot's name of what completeness and duplicates are about; null for a column of ours. */
  readonly property: string | null
  /** These two are null for freshness. */
  readonly records: number | null
  readonly failing: number | null
  /** One record that fails. */
  readonly exampleId: string | null
  /** Of freshness alone; null: never completed. */
  readonly ageSeconds: number | null
  /** How seldom sync reads this part; 0: in every run, and for what is counted. */
  readonly everySeconds: number
}

export interface CheckResult extends CheckFinding {
  /** Percent filled (completeness), percent failing, or seconds (freshness); null: nothing to count. */
  readonly value: number | null
  /** In the unit of `value`: at least (completeness) or at most; null: nobody set one. */
  readonly bound: number | null
  /** Null where there is no bound, or nothing to count. */
  readonly passed: boolean | null
}

/** Properties by HubSpot's name. */
export interface QualityThresholds {
  /** Least percent of live records that have a value. */
  readonly completeness: ReadonlyMap<string, number>
  /** Most percent of the records with a value that share it with another. */
  readonly duplicates: ReadonlyMap<string, number>
  /** The same for properties that are not named; null: those are not judged. */
  readonly otherDuplicates: number | null
  /** Most percent that fail. */
  readonly integrity: number
  readonly links: number
  readonly merges: number
  /** When values that did not fit are too many. */
  readonly quarantine: QuarantineBounds
  /** As old as the copy may be. */
  readonly freshnessSeconds: number
}

/** For an entity of which nobody said otherwise, as in `quality` of hubgen.config.ts. */
export const usualThresholds: QualityThresholds = {
  completeness: new Map(),
  duplicates: new Map(),
  otherDuplicates: null,
  integrity: 0,
  links: 0,
  merges: 0,
  quarantine: usualQuarantineBounds,
  freshnessSeconds: defaultMaxAgeSeconds,
}

/** What is read once a day or once a week is read an hour sooner, and a run may take two. */
const scheduleSlackSeconds = 3 * 3_600

/** Holds what was found against the bounds. */
export function judge(finding: CheckFinding, thresholds: QualityThresholds): CheckResult {
  const value = measureOf(finding)
  const bound = boundOf(finding, thresholds)
  return { ...finding, value, bound, passed: isPassed(finding, value, bound) }
}

function measureOf({ checkName, records, failing, ageSeconds }: CheckFinding): number | null {
  if (checkName === 'freshness') return ageSeconds
  if (records === null || failing === null || records === 0) return null
  return (100 * (checkName === 'completeness' ? records - failing : failing)) / records
}

/** A part that is read less often than the copy may be old is allowed the time until it is read again. */
function boundOf(
  { checkName, property, everySeconds }: CheckFinding,
  thresholds: QualityThresholds,
): number | null {
  switch (checkName) {
    case 'completeness':
      return (property === null ? null : thresholds.completeness.get(property)) ?? null
    case 'duplicates': {
      const named = property === null ? undefined : thresholds.duplicates.get(property)
      return named ?? thresholds.otherDuplicates
    }
    case 'integrity':
    case 'links':
    case 'merges':
      return thresholds[checkName]
    case 'answers':
    case 'audit':
      return 0
    case 'fit':
      return thresholds.quarantine.percent
    case 'freshness':
      return everySeconds === 0
        ? thresholds.freshnessSeconds
        : Math.max(thresholds.freshnessSeconds, everySeconds + scheduleSlackSeconds)
  }
}

function isPassed(
  { checkName }: CheckFinding,
  value: number | null,
  bound: number | null,
): boolean | null {
  if (bound === null) return null
  // A part that no run has ever completed is not there.
  if (value === null) return checkName === 'freshness' ? false : null
  return checkName === 'completeness' ? value >= bound : value <= bound
}

/** The part of `hubgen.freshness` that is as old as the copy itself. */
export const stampedPart = 'stamped'
