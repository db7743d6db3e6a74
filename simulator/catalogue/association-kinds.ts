import type { AssociationType } from '../store.ts'
import { TYPE_ID } from './object-types.ts'

/** One kind of link between two object types: its type id and label as seen from either side. */
export interface AssociationKind {
  readonly name: string
  readonly left: string
  readonly right: string
  readonly forward: AssociationType
  readonly backward: AssociationType
}

const { contacts, companies, deals, tickets, lineItems, vehicles } = TYPE_ID
const { calls, communications, emails, meetings, notes, tasks } = TYPE_ID

function kind(
  name: string,
  [left, right]: readonly [string, string],
  [forward, backward]: readonly [number, number],
  labels: readonly [string | null, string | null] = [null, null],
  category: AssociationType['category'] = 'HUBSPOT_DEFINED',
): AssociationKind {
  return {
    name,
    left,
    right,
    forward: { category, typeId: forward, label: labels[0] },
    backward: { category, typeId: backward, label: labels[1] },
  }
}

const PRIMARY = ['Primary', 'Primary'] as const

/** HubSpot's own type ids, then user-defined labels; user ids may equal HubSpot's (7, 9). */
export const ASSOCIATION_KINDS: readonly AssociationKind[] = [
  kind('plain', [contacts, companies], [279, 280]),
  kind('primary', [contacts, companies], [1, 2], PRIMARY),
  kind(
    'label',
    [contacts, companies],
    [7, 8],
    ['Newsletter */ reader', 'Newsletter */ reader of'],
    'USER_DEFINED',
  ),
  kind('plain', [deals, companies], [341, 342]),
  kind('primary', [deals, companies], [5, 6], PRIMARY),
  kind('label', [deals, companies], [31, 32], ['Partner', 'Partner deal'], 'USER_DEFINED'),
  kind('plain', [contacts, deals], [4, 3]),
  kind('label', [contacts, deals], [9, 10], ['Entscheider:in 👑', 'Decides'], 'USER_DEFINED'),
  kind('plain', [contacts, tickets], [15, 16]),
  kind('plain', [companies, tickets], [340, 339]),
  kind('primary', [companies, tickets], [25, 26], PRIMARY),
  kind('plain', [deals, tickets], [27, 28]),
  kind('plain', [deals, lineItems], [19, 20]),
  kind('plain', [contacts, calls], [193, 194]),
  kind('plain', [contacts, emails], [197, 198]),
  kind('plain', [contacts, meetings], [199, 200]),
  kind('plain', [contacts, notes], [201, 202]),
  kind('plain', [contacts, tasks], [203, 204]),
  kind('plain', [companies, calls], [181, 182]),
  kind('plain', [companies, emails], [185, 186]),
  kind('plain', [companies, meetings], [187, 188]),
  kind('plain', [companies, notes], [189, 190]),
  kind('plain', [companies, tasks], [191, 192]),
  kind('plain', [deals, calls], [205, 206]),
  kind('plain', [deals, emails], [209, 210]),
  kind('plain', [deals, meetings], [211, 212]),
  kind('plain', [deals, notes], [213, 214]),
  kind('plain', [deals, tasks], [215, 216]),
  kind('plain', [tickets, calls], [219, 220]),
  kind('plain', [tickets, emails], [223, 224]),
  kind('plain', [tickets, meetings], [225, 226]),
  kind('plain', [tickets, notes], [227, 228]),
  kind('plain', [tickets, tasks], [229, 230]),
  kind('plain', [communications, contacts], [81, 82]),
  kind('plain', [communications, tickets], [83, 84]),
  kind('plain', [communications, deals], [85, 86]),
  kind('plain', [communications, companies], [87, 88]),
  kind('label', [contacts, calls], [41, 42], ['Gesprächspartner', 'Call with'], 'USER_DEFINED'),
  kind('label', [contacts, meetings], [43, 44], ['Host "on site"', 'Hosted by'], 'USER_DEFINED'),
  kind('plain', [vehicles, contacts], [64, 63], [null, null], 'USER_DEFINED'),
  kind('label', [vehicles, contacts], [66, 65], ['Halter', 'Hält'], 'USER_DEFINED'),
]

/** The types of links from one object type to another, each as seen from the first. */
export function associationTypesOf(fromTypeId: string, toTypeId: string): AssociationType[] {
  return ASSOCIATION_KINDS.flatMap((each) => {
    if (each.left === fromTypeId && each.right === toTypeId) {
      return [each.forward]
    }
    return each.left === toTypeId && each.right === fromTypeId ? [each.backward] : []
  })
}

/** The same link seen from the other side; an unknown type is its own counterpart. */
export function counterpartOf(
  fromTypeId: string,
  toTypeId: string,
  type: { readonly category: string; readonly typeId: number },
): { here: AssociationType; there: AssociationType } {
  const same = (other: AssociationType) =>
    other.typeId === type.typeId && other.category === type.category
  for (const each of ASSOCIATION_KINDS) {
    if (each.left === fromTypeId && each.right === toTypeId && same(each.forward)) {
      return { here: each.forward, there: each.backward }
    }
    if (each.left === toTypeId && each.right === fromTypeId && same(each.backward)) {
      return { here: each.backward, there: each.forward }
    }
  }
  const unknown = { ...type, label: null } as AssociationType
  return { here: unknown, there: unknown }
}
