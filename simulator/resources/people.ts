import type { Store } from '../store.ts'

/** A contact as lists, forms and e-mails refer to it. */
export interface Addressee {
  readonly id: string
  readonly email: string
  readonly firstName: string
}

/** Enough for every resource; scanning more would cost each start of a test. */
const mostAddressees = 400

/** The first live contacts that have an e-mail address. */
export function addresseesOf(store: Store): readonly Addressee[] {
  const found: Addressee[] = []
  for (const record of store.scan('0-1', 0n, { archived: false })) {
    const email = record.value('email')
    if (email === undefined || email === '') continue
    found.push({ id: record.id, email, firstName: record.value('firstname') ?? '' })
    if (found.length === mostAddressees) break
  }
  return found
}

/** A uuid that depends on its name only. */
export function uuidOf(kind: number, index: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0')
  return `${hex(kind, 8)}-${hex(index % 0x1_0000, 4)}-4000-8000-${hex(index, 12)}`
}
