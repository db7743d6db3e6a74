import type { QuarantineBounds } from '../copy-status.ts'
import { usualQuarantineBounds } from '../find-misfits.ts'
import { defaultMaxAgeSeconds } from '../status-options.ts'

/**
 * The checks. `freshness` is judged by age, all others by counts. `fit`: values that did not fit their
 * column. `audit`: records with unexplained differences in the last comparison with HubSpot.
 */
export const checkNames = [
  'completeness',
  'duplicates',
  'integrity',
  'rules',
  'links',
  'merges',
  'answers',
  'fit',
  'audit',
  'freshness',
] as const

export type CheckName = (typeof checkNames)[number]

/** The result of a check before it is judged. */
export interface CheckFinding {
  readonly checkName: CheckName
  /** A column, a table of links or a part of the copy; followed by the problem if a check has several. */
  readonly subject: string
  /** HubSpot's name of the property, for completeness and duplicates; null for hubgen's own columns. */
  readonly property: string | null
  /** Both are null for freshness. */
  readonly records: number | null
  readonly failing: number | null
  /** One record that fails. */
  readonly exampleId: string | null
  /** Only for freshness; null if never completed. */
  readonly ageSeconds: number | null
  /** How often sync reads this part; 0 for every run and for checks that count. */
  readonly everySeconds: number
}

export interface CheckResult extends CheckFinding {
  /**
   * Percent filled (completeness), percent failing, or seconds (freshness); null if there is nothing to
   * count.
   */
  readonly value: number | null
  /** In the unit of `value`: a minimum for completeness, otherwise a maximum; null if none is set. */
  readonly bound: number | null
  /** Null if there is no bound or nothing to count. */
  readonly passed: boolean | null
}

/** Properties by HubSpot's name. */
export interface QualityThresholds {
  /** Minimum percentage of live records with a value. */
  readonly completeness: ReadonlyMap<string, number>
  /** Maximum percentage of the records with a value that share it with another record. */
  readonly duplicates: ReadonlyMap<string, number>
  /** The same for all other properties; null if these are not judged. */
  readonly otherDuplicates: number | null
  /** Maximum percentage that fails. */
  readonly integrity: number
  /** Maximum percentage of the values that a validation rule refuses; null if they are not judged. */
  readonly rules: number | null
  readonly links: number
  readonly merges: number
  /** From when values that did not fit are too many. */
  readonly quarantine: QuarantineBounds
  /** Maximum age of the copy. */
  readonly freshnessSeconds: number
}

/** Defaults, as for `quality` in hubgen.config.ts. */
export const usualThresholds: QualityThresholds = {
  completeness: new Map(),
  duplicates: new Map(),
  otherDuplicates: null,
  integrity: 0,
  rules: null,
  links: 0,
  merges: 0,
  quarantine: usualQuarantineBounds,
  freshnessSeconds: defaultMaxAgeSeconds,
}

/** Parts that are due daily or weekly are read an hour early, and a run may take two hours. */
const scheduleSlackSeconds = 3 * 3_600

/** Compares a finding with its bound. */
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

/** A part that is read less often than the freshness bound may be as old as its interval plus slack. */
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
    case 'rules':
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
  // A part that no run has ever completed fails.
  if (value === null) return checkName === 'freshness' ? false : null
  return checkName === 'completeness' ? value >= bound : value <= bound
}

/** The part of `hubgen.freshness` that stands for the age of the copy itself. */
export const stampedPart = 'stamped'
