import { OWNERS, USER_IDS } from '../catalogue/owners.ts'
import { exactDecimal } from './exact-decimal.ts'
import type { Maker } from './maker.ts'
import { below, mix, pick } from './mix.ts'

/** Small for most records, large for a few, like counts of visits or mails. */
export const count: Maker = (_subject, draw) => {
  const share = draw / 0x1_0000_0000
  return String(Math.floor(share * share * share * 60))
}

/** Flags that HubSpot stores as numbers so that they can be summed. */
export const zeroOrOne: Maker = (_subject, draw) => (draw % 3 === 0 ? '1' : '0')

export const money: Maker = (_subject, draw) => moneyText(draw)

export function moneyText(draw: number): string {
  const share = draw / 0x1_0000_0000
  const cents = Math.floor(share * share * 9_000_000) * 10
  if (draw % 3 === 0) {
    return String(Math.round(cents / 10_000) * 100)
  }
  return draw % 3 === 1 ? (cents / 100).toFixed(2) : String(cents / 100)
}

export const percentage: Maker = (_subject, draw) => String(below(draw, 1000) / 1000)

export const score: Maker = (_subject, draw) =>
  draw % 2 === 0 ? String(below(draw, 100)) : (below(draw, 100_000) / 997).toFixed(6)

/** Milliseconds; often more than four bytes can hold. */
export const durationMs: Maker = (_subject, draw) => String(below(draw, 60_000_000_000))

export const decimal: Maker = (_subject, draw) => {
  switch (draw % 4) {
    case 0:
      return exactDecimal(below(draw, 10_000) / 10_000 + 0.0001)
    case 1:
      return `-${below(draw, 500)}`
    default:
      return String(below(draw, 100_000) / 100)
  }
}

export const latitude: Maker = (_subject, draw) =>
  (below(draw, 18_000_000) / 100_000 - 90).toFixed(5)
export const longitude: Maker = (_subject, draw) =>
  (below(draw, 36_000_000) / 100_000 - 180).toFixed(5)

export const year: Maker = (_subject, draw) => String(1950 + below(draw, 76))

/** Id of something outside the population: a thread, a sequence, an inbox. */
export const foreignId: Maker = (_subject, draw) => String(9_000_000_000 + draw * 3)

export const userId: Maker = (_subject, draw) => pick(draw, USER_IDS)

export const ownerId: Maker = (_subject, draw) => pick(draw, OWNERS).id

export const epochMs: Maker = (subject) => String(subject.createdMs)

/** Ids of owners, sometimes several joined. */
export const ownerIds: Maker = (_subject, draw) =>
  draw % 3 === 0
    ? `${pick(draw, OWNERS).id};${pick(mix(draw, 1), OWNERS).id}`
    : pick(draw, OWNERS).id

export const userIds: Maker = (_subject, draw) =>
  draw % 3 === 0 ? `${pick(draw, USER_IDS)};${pick(mix(draw, 1), USER_IDS)}` : pick(draw, USER_IDS)
