import type { Evidence, ValueShape } from './analysis.ts'
import type { TypeDecision } from './column-type.ts'

/** Minimum number of filled values: a handful of test records does not represent the portal. */
const DECIDING_VALUES = 20

/**
 * Share of values from which on a column becomes text. If it is too low, a few typing errors of an old import
 * make a number column text; if it is too high, valid values go to the quarantine.
 */
const LIST_SHARE = 0.01
/** One or two odd values may be mistakes. */
const ODD_VALUES = 3
const TEXT_SHARE = 0.05
/** A high share, because HubSpot validates dates and booleans on entry: odd ones are old exceptions. */
const CALENDAR_SHARE = 0.5

/**
 * A number becomes bigint only with this many values, all of them integers, and a name that ends in `id`: a
 * bigint column would reject cents in a later amount, while numeric stores every integer exactly.
 */
const INTEGER_VALUES = 100
/** All integers with this many digits fit into 64 bits. */
const BIGINT_DIGITS = 18

/**
 * Applies sampled values to a decision: returns it unchanged, or another one with the shares as its reason.
 */
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

/** Whether enough values are lists joined by `;` to treat the property as a list. */
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

/** An id column with values that are not integers becomes numeric or text. */
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

/** Thirteen digits look like epoch milliseconds, but in a number column they are an integer. */
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
