import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type CheckFinding,
  judge,
  type QualityThresholds,
} from '../../runtime/monitoring/checks/judge-checks.ts'
import '../support/vitest/property-seed.ts'

const thresholds: QualityThresholds = {
  completeness: new Map([['amount', 95]]),
  duplicates: new Map([['email', 0]]),
  otherDuplicates: null,
  integrity: 0,
  rules: null,
  links: 2.5,
  merges: 0,
  freshnessSeconds: 7_200,
  quarantine: { percent: 5, values: 20 },
}

function finding(given: Partial<CheckFinding>): CheckFinding {
  return {
    checkName: 'integrity',
    subject: 'column is wrong',
    property: null,
    records: null,
    failing: null,
    exampleId: null,
    ageSeconds: null,
    everySeconds: 0,
    ...given,
  }
}

test.each([
  ['completeness', 'amount', 200, 10, { value: 95, bound: 95, passed: true }],
  ['completeness', 'amount', 200, 11, { value: 94.5, bound: 95, passed: false }],
  ['completeness', 'amount', 0, 0, { value: null, bound: 95, passed: null }],
  ['completeness', 'dealname', 200, 200, { value: 0, bound: null, passed: null }],
  ['completeness', null, 200, 0, { value: 100, bound: null, passed: null }],
  ['duplicates', 'email', 100_000, 2, { value: 0.002, bound: 0, passed: false }],
  ['duplicates', 'email', 100_000, 0, { value: 0, bound: 0, passed: true }],
  ['duplicates', 'dealname', 10, 10, { value: 100, bound: null, passed: null }],
  ['integrity', null, 10, 1, { value: 10, bound: 0, passed: false }],
  ['rules', null, 10, 1, { value: 10, bound: null, passed: null }],
  ['links', null, 200, 5, { value: 2.5, bound: 2.5, passed: true }],
  ['links', null, 0, 0, { value: null, bound: 2.5, passed: null }],
  ['merges', null, 3, 0, { value: 0, bound: 0, passed: true }],
] as const)(
  '%s of %s: %i records, %i failing',
  (checkName, property, records, failing, verdict) => {
    expect(judge(finding({ checkName, property, records, failing }), thresholds)).toMatchObject(
      verdict,
    )
  },
)

test.each([
  ['stamped', 7_200, 0, { bound: 7_200, passed: true }],
  ['stamped', 7_201, 0, { bound: 7_200, passed: false }],
  ['stamped', null, 0, { bound: 7_200, passed: false }],
  ['calculated', 90_000, 82_800, { bound: 93_600, passed: true }],
  ['calculated', 93_601, 82_800, { bound: 93_600, passed: false }],
  ['owners', null, 3_600, { bound: 14_400, passed: false }],
] as const)(
  '%s at the age of %s, read every %i seconds',
  (subject, ageSeconds, everySeconds, verdict) => {
    const given = { checkName: 'freshness', subject, ageSeconds, everySeconds } as const
    expect(judge(finding(given), thresholds)).toMatchObject({ value: ageSeconds, ...verdict })
  },
)

test('a share that is written exactly as the bound is within it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), (failing) => {
      const records = 1_000
      const most = Number((failing / 10).toFixed(1))
      const links = judge(finding({ checkName: 'links', records, failing }), {
        ...thresholds,
        links: most,
      })
      const amount = { checkName: 'completeness', property: 'amount', records } as const
      const filled = judge(finding({ ...amount, failing: records - failing }), {
        ...thresholds,
        completeness: new Map([['amount', most]]),
      })
      expect([links.passed, filled.passed]).toEqual([true, true])
    }),
  )
})

test('validation rules are counted, and judged only with a bound', () => {
  const broken = finding({ checkName: 'rules', records: 10, failing: 1 })
  expect(judge(broken, thresholds).passed).toBeNull()
  expect(judge(broken, { ...thresholds, rules: 0 })).toMatchObject({ bound: 0, passed: false })
})
