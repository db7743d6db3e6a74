import type { Subject } from './subject.ts'

/**
 * Makes the value of one property of one record from a draw. Undefined leaves the value unset, besides
 * the share of records that the property's fill rate leaves out anyway.
 */
export type Maker = (subject: Subject, draw: number) => string | undefined
