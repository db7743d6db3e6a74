import { asObject } from '../../hubspot/answer-body.ts'

/** A pass that goes through the table by id has read everything up to this one. */
export interface IdPosition {
  readonly last: string
}

/** Null at the start, and for what no pass of ours has written. */
export function readIdPosition(position: unknown): string | null {
  const { last } = asObject(position)
  return typeof last === 'string' && /^\d{1,19}$/.test(last) ? last : null
}
