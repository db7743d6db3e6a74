import { DAY_MS, isoDay, isoInstant } from './instant.ts'
import type { Maker } from './maker.ts'
import { below } from './mix.ts'

/**
 * A time in the record's life; one in twenty falls on a full second, which HubSpot writes without a
 * fraction.
 */
export const instant: Maker = (subject, draw) => isoInstant(momentOf(subject, draw))

/** Midnight UTC of a future day, as people enter closing dates. */
export const plannedInstant: Maker = (subject, draw) => {
  const ms = subject.createdMs + below(draw, 300) * DAY_MS
  return isoInstant(draw % 3 === 0 ? ms : ms - (ms % DAY_MS))
}

export const day: Maker = (subject, draw) =>
  isoDay(subject.createdMs + (below(draw, 900) - 300) * DAY_MS)

function momentOf(subject: { createdMs: number; modifiedMs: number }, draw: number): number {
  const ms =
    subject.createdMs +
    Math.floor((draw / 0x1_0000_0000) * (subject.modifiedMs - subject.createdMs))
  return draw % 20 === 0 ? ms - (ms % 1000) : ms
}
