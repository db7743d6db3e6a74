import { exactDecimal } from './exact-decimal.ts'
import { DAY_MS, isoInstant } from './instant.ts'
import { isClosed as isClosedStage } from './journey.ts'
import type { Maker } from './maker.ts'
import { below, mix, pick, saltOf } from './mix.ts'
import { moneyText } from './number-makers.ts'
import type { Subject } from './subject.ts'
import { PRODUCT_NAMES } from './words.ts'

const AMOUNT = saltOf('deal amount')

/** All properties derived from the amount agree with it; a tenth of the deals has none. */
function amountText(subject: Subject): string | undefined {
  const draw = mix(subject.seed, AMOUNT)
  return draw % 10 === 0 ? undefined : moneyText(draw)
}

function probability(subject: Subject): string {
  const { probability: text } = subject.journey.stage?.metadata ?? {}
  return text ?? '0.2'
}

const isClosed = (subject: Subject) => isClosedStage(subject.journey.stage)
const isWon = (subject: Subject) => probability(subject) === '1.0'

/** The last step into a closed stage; for open deals, a day in the weeks after the last change. */
function closeMs(subject: Subject): number {
  const last = subject.journey.steps.at(-1)
  if (last !== undefined && isClosed(subject)) {
    return last.enteredMs
  }
  const ms = subject.modifiedMs + below(subject.seed, 90) * DAY_MS
  return ms - (ms % DAY_MS)
}

const amount: Maker = (subject) => amountText(subject)
const onlyWhen =
  (applies: (subject: Subject) => boolean, make: (subject: Subject) => string | undefined): Maker =>
  (subject) =>
    applies(subject) ? make(subject) : undefined

/** The exact decimal value of the product of two doubles, as in HubSpot's own calculations. */
const weighted: Maker = (subject) => {
  const text = amountText(subject)
  return text === undefined ? undefined : exactDecimal(Number(text) * Number(probability(subject)))
}

const flagOf =
  (applies: (subject: Subject) => boolean): Maker =>
  (subject) =>
    String(applies(subject))

const countOf =
  (applies: (subject: Subject) => boolean): Maker =>
  (subject) =>
    applies(subject) ? '1' : '0'

const daysToClose: Maker = (subject) =>
  isClosed(subject)
    ? String(Math.round((closeMs(subject) - subject.createdMs) / DAY_MS))
    : undefined

export const DEAL_MAKERS: Readonly<Record<string, Maker>> = {
  dealname: (subject, draw) => `${subject.company.name} – ${pick(draw, PRODUCT_NAMES)}`,
  amount,
  amount_in_home_currency: amount,
  hs_closed_amount: (subject) => (isWon(subject) ? amountText(subject) : '0'),
  hs_closed_amount_in_home_currency: (subject) => (isWon(subject) ? amountText(subject) : '0'),
  hs_open_amount_in_home_currency: onlyWhen((subject) => !isClosed(subject), amountText),
  hs_projected_amount: weighted,
  hs_projected_amount_in_home_currency: weighted,
  hs_forecast_amount: amount,
  hs_deal_stage_probability: (subject) => exactDecimal(Number(probability(subject))),
  hs_deal_stage_probability_shadow: (subject) => exactDecimal(Number(probability(subject))),
  hs_is_closed: flagOf(isClosed),
  hs_is_closed_won: flagOf(isWon),
  hs_is_closed_lost: flagOf((subject) => isClosed(subject) && !isWon(subject)),
  hs_is_closed_count: countOf(isClosed),
  hs_closed_won_count: countOf(isWon),
  hs_is_open_count: countOf((subject) => !isClosed(subject)),
  closedate: (subject) => isoInstant(closeMs(subject)),
  hs_closed_won_date: onlyWhen(isWon, (subject) => isoInstant(closeMs(subject))),
  hs_closed_deal_close_date: onlyWhen(isClosed, (subject) => String(closeMs(subject))),
  hs_closed_deal_create_date: onlyWhen(isClosed, (subject) => String(subject.createdMs)),
  hs_open_deal_create_date: onlyWhen(
    (subject) => !isClosed(subject),
    (subject) => String(subject.createdMs),
  ),
  days_to_close: daysToClose,
  hs_days_to_close_raw: onlyWhen(isClosed, (subject) =>
    String((closeMs(subject) - subject.createdMs) / DAY_MS),
  ),
  deal_currency_code: (_subject, draw) => (draw % 8 === 0 ? 'USD' : 'EUR'),
}
