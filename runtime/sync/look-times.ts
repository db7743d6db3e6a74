import { aroundTimeOfDay } from '../hubspot/limits/daily-reset.ts'
import { machine } from '../machine.ts'
import type { SyncOptions } from './sync-options.ts'

/** The time of day at which daily and weekly passes are due, relative to now. */
export interface LookTimes {
  readonly lastAgoMs: number
  readonly nextInMs: number
}

/** `lookAt` is `HH:MM` in the portal's time zone; in UTC if this machine does not know the zone. */
export function lookTimes(
  { lookAt }: Pick<SyncOptions, 'lookAt'>,
  timeZone: string,
  nowMs: number = machine.nowMs(),
): LookTimes | null {
  if (lookAt === undefined) return null
  const [hour = 0, minute = 0] = lookAt.split(':').map(Number)
  const around = (zone: string) => aroundTimeOfDay(zone, { hour, minute }, nowMs)
  const times = around(timeZone) ?? around('UTC')
  if (times === null) return null
  return { lastAgoMs: nowMs - times.lastMs, nextInMs: times.nextMs - nowMs }
}
