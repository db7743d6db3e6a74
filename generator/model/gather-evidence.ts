import type { Evidence, ValueShape } from './analysis.ts'
import { compareText } from './compare-text.ts'

/** Gathers statistics about the values of one property; keeps counts only, never a value. */
export interface EvidenceGatherer {
  /** `parses`: whether the codec of the declared type accepts the value. */
  add(value: string, parses: boolean): void
  evidence(): Evidence
}

/** For a property of this HubSpot type. Empty text is not a value: the caller skips "" and null. */
export function gatherEvidence(hubspotType: string): EvidenceGatherer {
  const shapes = new Map<ValueShape, number>()
  let filled = 0
  let longest = 0
  let unparsable = 0
  let integerDigits = 0
  let decimalDigits = 0
  return {
    add(value, parses) {
      const shape = shapeOf(value, hubspotType)
      shapes.set(shape, (shapes.get(shape) ?? 0) + 1)
      filled += 1
      longest = Math.max(longest, value.length)
      if (!parses) unparsable += 1
      if (!NUMBER_SHAPES.has(shape)) return
      const [whole = '', fraction = ''] = plainDigits(value).split('.')
      integerDigits = Math.max(integerDigits, whole.length)
      decimalDigits = Math.max(decimalDigits, fraction.length)
    },
    evidence: () => ({
      filled,
      longest,
      unparsable,
      shapes: [...shapes]
        .map(([shape, count]) => ({ shape, count }))
        .sort((a, b) => b.count - a.count || compareText(a.shape, b.shape)),
      integerDigits,
      decimalDigits,
    }),
  }
}

const NUMBER_SHAPES: ReadonlySet<ValueShape> = new Set<ValueShape>([
  'integer',
  'decimal',
  'grouped_digits',
  'epoch_seconds',
  'epoch_milliseconds',
])

/** In time properties, digits are an epoch: these ranges are 1973 (ms) or 2001 (s) to 2286. */
const EPOCHS: readonly (readonly [ValueShape, RegExp])[] = [
  ['epoch_milliseconds', /^[1-9]\d{11,12}(\.0+)?$/],
  ['epoch_seconds', /^[1-9]\d{9}(\.0+)?$/],
]

/** The first match, in this order, is a value's shape. */
const SHAPES: readonly (readonly [ValueShape, RegExp])[] = [
  ['boolean', /^(true|false)$/i],
  // Number properties hold epochs, too (`hs_open_deal_create_date`), but ten digits may as well be an id.
  ['epoch_milliseconds', /^1\d{12}$/],
  ['integer', /^[+-]?\d+$/],
  ['decimal', /^[+-]?(\d+\.\d*|\.\d+)$/],
  ['scientific', /^[+-]?(\d+\.?\d*|\.\d+)e[+-]?\d+$/i],
  ['grouped_digits', /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/],
  ['iso_date', /^\d{4}-\d{2}-\d{2}$/],
  [
    'iso_datetime',
    /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$/i,
  ],
  ['list', /^[^;\n]*;[^\n]*$/],
]

/**
 * The shape of a value; the HubSpot type of its property distinguishes times from ids.
 * @internal Exported for tests.
 */
export function shapeOf(value: string, hubspotType: string): ValueShape {
  const trimmed = value.trim()
  // Longer text matches none of the bounded shapes, and the list check is meaningless for an e-mail body.
  if (trimmed.length > 1_000) return 'text'
  const timed = hubspotType === 'date' || hubspotType === 'datetime'
  const shapes = timed ? [...EPOCHS, ...SHAPES] : SHAPES
  return shapes.find(([, pattern]) => pattern.test(trimmed))?.[0] ?? 'text'
}

function plainDigits(value: string): string {
  return value.trim().replace(/^[+-]/, '').replaceAll(',', '')
}
