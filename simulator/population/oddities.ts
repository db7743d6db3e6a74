import type { Property } from '../store.ts'
import { exactDecimal } from './exact-decimal.ts'
import { DAY_MS, isoDay, isoInstant } from './instant.ts'
import type { Maker } from './maker.ts'
import { below, mix, pick } from './mix.ts'
import { PHRASES } from './words.ts'

/**
 * All odd values of the portal are defined here. Each oddity was seen in a real portal or has broken
 * connectors. About one in 500 values of a suitable property is odd.
 */
interface Oddity {
  readonly name: string
  /** Property types in which it occurs. */
  readonly types: readonly string[]
  /** Its frequency relative to other oddities of the same type. */
  readonly weight: number
  /** `written`: only where people or imports can write the value. */
  readonly where: 'anywhere' | 'written'
  readonly make: Maker
}

function odd(
  name: string,
  types: readonly string[],
  weight: number,
  where: Oddity['where'],
  make: Maker,
): Oddity {
  return { name, types, weight, where, make }
}

const TEXT = ['string'] as const
const NUMBER = ['number'] as const
const DATETIME = ['datetime'] as const
const DATE = ['date'] as const
const BOOL = ['bool'] as const
const ENUMERATION = ['enumeration'] as const

/** HubSpot's limit for a string value. */
const LONGEST_TEXT = 65_536

const NUMBERS: readonly Oddity[] = [
  odd('all decimals of a double', NUMBER, 6, 'anywhere', (_subject, draw) =>
    exactDecimal(below(draw, 1_000_000) / 10 + 0.4),
  ),
  odd('scientific notation', NUMBER, 4, 'anywhere', (_subject, draw) =>
    draw % 2 === 0 ? `${1 + (draw % 9)}.5E7` : `${1 + (draw % 9)}.25e-5`,
  ),
  odd('grouped digits', NUMBER, 4, 'written', (_subject, draw) =>
    (draw / 100).toLocaleString('en-US'),
  ),
  odd('epoch in a number', NUMBER, 4, 'anywhere', (subject) => String(subject.modifiedMs)),
  odd('ids in a number', NUMBER, 4, 'anywhere', (_subject, draw) =>
    [3_092_727_991, 3_881_228_353, 15_000_000_000 + draw].join(';'),
  ),
  odd('text in a number', NUMBER, 8, 'written', (_subject, draw) =>
    pick(draw, ['N/A', 'n/a', 'ca. 500', '-', '12 Stück', 'unknown', '€ 1.200,00']),
  ),
  odd('cleared number', NUMBER, 4, 'anywhere', () => ''),
]

const TIMES: readonly Oddity[] = [
  odd('no fraction', DATETIME, 3, 'anywhere', (subject) =>
    isoInstant(subject.createdMs - (subject.createdMs % DAY_MS)),
  ),
  odd('microseconds', DATETIME, 3, 'anywhere', (subject) =>
    new Date(subject.modifiedMs).toISOString().replace('Z', '417Z'),
  ),
  odd('epoch milliseconds', DATETIME, 3, 'anywhere', (subject) => String(subject.modifiedMs)),
  odd('epoch seconds', DATETIME, 2, 'anywhere', (subject) =>
    String(Math.floor(subject.modifiedMs / 1000)),
  ),
  odd('epoch as float', DATETIME, 2, 'anywhere', (subject) => `${subject.modifiedMs}.0`),
  odd('only a date', DATETIME, 2, 'anywhere', (subject) => isoDay(subject.createdMs)),
  odd('with offset', DATETIME, 2, 'anywhere', (subject) =>
    new Date(subject.createdMs).toISOString().replace('Z', '+02:00'),
  ),
  odd('year 1', DATETIME, 1, 'anywhere', () => '0001-01-01T00:00:00Z'),
  odd('five-digit year', DATETIME, 1, 'anywhere', () => '+058612-03-04T05:06:07Z'),
  odd('beyond all years', DATETIME, 1, 'anywhere', () => '+294277-01-10T04:00:54Z'),
  odd('cleared datetime', DATETIME, 2, 'anywhere', () => ''),
  odd('date as epoch', DATE, 3, 'anywhere', (subject) =>
    String(subject.createdMs - (subject.createdMs % DAY_MS)),
  ),
  odd('date as datetime', DATE, 3, 'anywhere', (subject) =>
    isoInstant(subject.createdMs - (subject.createdMs % DAY_MS)),
  ),
  odd(
    'date with offset',
    DATE,
    2,
    'anywhere',
    (subject) => `${isoDay(subject.createdMs)}T23:30:00+02:00`,
  ),
  odd('date in year 1', DATE, 1, 'written', () => '0001-01-01'),
  odd('cleared date', DATE, 2, 'anywhere', () => ''),
]

const CHOICES: readonly Oddity[] = [
  odd('boolean spelled otherwise', BOOL, 4, 'anywhere', (_subject, draw) =>
    pick(draw, ['yes', 'no', '1', '0', 'True', 'FALSE', 'on', 't']),
  ),
  odd('cleared boolean', BOOL, 2, 'anywhere', () => ''),
  odd('value not among the options', ENUMERATION, 4, 'anywhere', (_subject, draw) =>
    pick(draw, ['(removed option)', 'Sonstige / other', '12']),
  ),
  odd('several values', ENUMERATION, 3, 'anywhere', () => 'first value;second_value;3'),
  odd('leading separator', ENUMERATION, 1, 'anywhere', () => ';appended'),
  odd('boolean in an enumeration', ENUMERATION, 2, 'anywhere', () => 'true'),
  odd('cleared enumeration', ENUMERATION, 2, 'anywhere', () => ''),
]

/**
 * Which odd values a portal has: none, those that portals of HubSpot have, or also broken texts, with NUL
 * characters and lone surrogates.
 */
export type OddValues = 'none' | 'usual' | 'broken'

/** Texts that Postgres rejects. No report says that HubSpot holds any; other systems do. */
const BROKEN: readonly Oddity[] = [
  odd('NUL byte', TEXT, 8, 'written', (_subject, draw) => `before\u0000after ${draw % 10}`),
  odd('lone surrogate', TEXT, 8, 'written', () => 'cut emoji \ud83d'),
]

const TEXTS: readonly Oddity[] = [
  odd('cleared text', TEXT, 60, 'anywhere', () => ''),
  odd('bare newline', TEXT, 30, 'anywhere', () => '\n'),
  odd(
    'HTML',
    TEXT,
    30,
    'anywhere',
    (_subject, draw) => `<p>${pick(draw, PHRASES)}</p><script>1</script>`,
  ),
  odd('JSON', TEXT, 30, 'anywhere', (_subject, draw) => `{"range":[0,${draw % 100}],"price":4.5}`),
  odd(
    'quotes, tabs and backslashes',
    TEXT,
    30,
    'anywhere',
    () => `\tO'Reilly \\ "x" \`y\` \${z}; --\r\n`,
  ),
  odd(
    'emoji and bidirectional marks',
    TEXT,
    30,
    'anywhere',
    () => '👩‍👩‍👧 \u202eabc\u202c שלום 🇩🇪',
  ),
  ...BROKEN,
  odd('longest text', TEXT, 10, 'written', (_subject, draw) =>
    pick(draw, PHRASES)
      .repeat(LONGEST_TEXT / 10)
      .slice(0, LONGEST_TEXT),
  ),
]

const ODDITIES: readonly Oddity[] = [...NUMBERS, ...TIMES, ...CHOICES, ...TEXTS]

/**
 * Never odd: properties that identify or classify a record, follow from its stage, or are read by the
 * demo's queries.
 */
const ALWAYS_SOUND = new Set(
  `amount associatedcompanyid closedate dealname dealstage domain email hs_primary_associated_company
  hs_primary_company_id hubspot_owner_id hubspot_team_id lifecyclestage name hs_pipeline hs_pipeline_stage
  hs_is_closed hs_is_closed_won hs_is_closed_lost hs_is_closed_count hs_is_open_count hs_closed_won_count
  hs_timestamp pipeline subject VIN hs_createdate hs_product_id`.split(/\s+/),
)

/** A power of two, because every value is tested against it. */
const ONE_ODD_IN = 512

/** Makes the maker of a property return suitable oddities from time to time. */
export function withOddities(property: Property, make: Maker, oddValues: OddValues): Maker {
  const { readOnlyValue } = property.modificationMetadata
  const written = readOnlyValue !== true
  const suitable = ODDITIES.filter(
    (each) =>
      each.types.includes(property.type) &&
      (each.where === 'anywhere' || written) &&
      (oddValues === 'broken' || !BROKEN.includes(each)),
  )
  if (oddValues === 'none' || suitable.length === 0 || ALWAYS_SOUND.has(property.name)) {
    return make
  }
  const total = suitable.reduce((sum, each) => sum + each.weight, 0)
  return (subject, draw) => {
    if ((draw & (ONE_ODD_IN - 1)) !== 0) {
      return make(subject, draw)
    }
    const again = mix(draw, 0x0dd)
    return oddityAt(suitable, below(again, total)).make(subject, again)
  }
}

function oddityAt(suitable: readonly Oddity[], place: number): Oddity {
  let passed = 0
  for (const each of suitable) {
    passed += each.weight
    if (place < passed) {
      return each
    }
  }
  throw new Error(`no oddity at ${place}`)
}
