import type { Subject } from './subject.ts'

/**
 * Makes the value of a property of a record from a random draw. Undefined leaves the value unset, in
 * addition to the records that the property's fill rate leaves out.
 */
export type Maker = (subject: Subject, draw: number) => string | undefined
