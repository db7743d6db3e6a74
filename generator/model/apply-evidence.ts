import type { Evidence, ValueShape } from './analysis.ts'
import type { TypeDecision } from './column-type.ts'

/** Fewer filled values than this decide nothing: a handful of test records is not the portal. */
const DECIDING_VALUES = 20

/**
 * Share of values from which on a column gives way to text. Too low lets a few typing errors of an old
 * import cost a number its arithmetic; too high sends values to the quarantine that are nobody's error.
 */
const LIST_SHARE = 0.01
/** One or two odd values are somebody's slip, not what the property holds. */
const ODD_VALUES = 3
const TEXT_SHARE = 0.05
/** Dates and booleans give way late: HubSpot checks them on entry, so odd ones are old accidents. */
const CALENDAR_SHARE = 0.5

/**
 * A number becomes bigint only with N values, all of them plain integers, and a name that says
 * id: an amount that happens to be whole today would reject tomorrow's cents, while numeric holds
 * every integer just as exactly.
 */
const INTEGER_VALUES = 100
/** The most digits that surely fit 64 bits. */
const BIGINT_DIGITS = 18

/** What sampled values make of a decision: the same one, or another with the shares that changed it. */
export function applyEvidence(
  decision: TypeDecision,
  property: { readonly name: string },
  evidence: Evidence,
): TypeDecision {
  if (evidence.filled < DECIDING_VALUES) return decision
  switch (decision.type) {
    case 'numeric':
      return (
        lists(decision, evidence) ??
        freeText(decision, evidence) ??
        ids(decision, property, evidence)
      )
    case 'bigint':
      return lists(decision, evidence) ?? fractions(decision, evidence)
    case 'date':
    case 'timestamptz':
    case 'boolean':
      return unparsable(decision, evidence, CALENDAR_SHARE) ?? decision
    case 'jsonb':
      return freeText(decision, evidence) ?? decision
    case 'text':
      return decision
  }
}

/** Whether N values are lists joined by `;` that the property must be meant to hold them. */
export function holdsLists(evidence: Evidence): boolean {
  const lists = countShapes(evidence, ['list'])
  return lists >= ODD_VALUES && lists >= evidence.filled * LIST_SHARE
}

/** `12 of 400 (3.0 %)`. */
export function formatShare(count: number, of: number): string {
  return `${count} of ${of} (${((count / of) * 100).toFixed(1)} %)`
}

function lists(decision: TypeDecision, evidence: Evidence): TypeDecision | null {
  if (!holdsLists(evidence)) return null
  const share = formatShare(countShapes(evidence, ['list']), evidence.filled)
  return toText(decision, `${share} sampled values are lists joined by \`;\``)
}

function freeText(decision: TypeDecision, evidence: Evidence): TypeDecision | null {
  return unparsable(decision, evidence, TEXT_SHARE)
}

function unparsable(
  decision: TypeDecision,
  evidence: Evidence,
  share: number,
): TypeDecision | null {
  const { filled, unparsable: odd } = evidence
  if (odd < ODD_VALUES || odd < filled * share) return null
  return toText(decision, `${formatShare(odd, filled)} sampled values do not parse as declared`)
}

function ids(
  decision: TypeDecision,
  property: { readonly name: string },
  evidence: Evidence,
): TypeDecision {
  const integers = countShapes(evidence, INTEGER_SHAPES)
  const named = /(^|_)id$/.test(property.name)
  const whole = integers === evidence.filled && evidence.integerDigits <= BIGINT_DIGITS
  if (!named || !whole || integers < INTEGER_VALUES) return decision
  return {
    type: 'bigint',
    reason: `HubSpot declares \`number\`; the name says id and all ${integers} sampled values are whole numbers of at most ${evidence.integerDigits} digits.`,
  }
}

/** An id column that holds anything but whole numbers is no id column. */
function fractions(decision: TypeDecision, evidence: Evidence): TypeDecision {
  const integers = countShapes(evidence, INTEGER_SHAPES)
  const others = evidence.filled - integers
  const tooLong = evidence.integerDigits > BIGINT_DIGITS
  const few = others < ODD_VALUES || others < evidence.filled * TEXT_SHARE
  if (few && !tooLong) return decision
  const numbers = integers + countShapes(evidence, ['decimal', 'scientific', 'grouped_digits'])
  const seen = tooLong
    ? `sampled values have up to ${evidence.integerDigits} digits`
    : `${formatShare(others, evidence.filled)} sampled values are not whole numbers`
  if (numbers < evidence.filled) return toText(decision, seen)
  return { type: 'numeric', reason: `${withoutStop(decision.reason)}, but ${seen}: numeric.` }
}

/** Thirteen digits look like an epoch; in a number column they are still an integer. */
const INTEGER_SHAPES: readonly ValueShape[] = ['integer', 'epoch_milliseconds']

function countShapes(evidence: Evidence, shapes: readonly ValueShape[]): number {
  return evidence.shapes
    .filter(({ shape }) => shapes.includes(shape))
    .reduce((sum, { count }) => sum + count, 0)
}

function toText(decision: TypeDecision, seen: string): TypeDecision {
  return { type: 'text', reason: `${withoutStop(decision.reason)}, but ${seen}: text.` }
}

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '')
}
