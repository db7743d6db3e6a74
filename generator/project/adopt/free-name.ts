import { cutToBytes, IDENTIFIER_BYTES } from '../../model/column-name.ts'

/** A name for what makes room: `property_amount__other`, with a number if that is taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let attempt = 1; ; attempt += 1) {
    const ending = `__other${attempt === 1 ? '' : attempt}`
    const free = cutToBytes(name, IDENTIFIER_BYTES - ending.length) + ending
    if (!taken.has(free)) return free
  }
}
