import type { Group, Property } from '../store.ts'
import calls from './calls.json' with { type: 'json' }
import communications from './communications.json' with { type: 'json' }
import companies from './companies.json' with { type: 'json' }
import contacts from './contacts.json' with { type: 'json' }
import deals from './deals.json' with { type: 'json' }
import emails from './emails.json' with { type: 'json' }
import engagement from './engagement.json' with { type: 'json' }
import lineItems from './line-items.json' with { type: 'json' }
import meetings from './meetings.json' with { type: 'json' }
import notes from './notes.json' with { type: 'json' }
import { TYPE_ID } from './object-types.ts'
import products from './products.json' with { type: 'json' }
import { type CatalogueFile, readGroups, readProperties } from './read-properties.ts'
import { stagePropertiesOf } from './stage-properties.ts'
import { STANDARD_FILES } from './standard-objects.ts'
import tasks from './tasks.json' with { type: 'json' }
import tickets from './tickets.json' with { type: 'json' }
import vehicles from './vehicles.json' with { type: 'json' }

/** An engagement like notes. */
const POSTAL_MAIL = '0-116'

/** The sets of contacts and companies are complete; the other types share the properties of every record. */
const FILES: ReadonlyMap<string, readonly CatalogueFile[]> = new Map([
  [TYPE_ID.contacts, [contacts]],
  [TYPE_ID.companies, [companies]],
  [TYPE_ID.deals, [deals]],
  [TYPE_ID.tickets, [tickets]],
  [TYPE_ID.products, [products]],
  [TYPE_ID.lineItems, [lineItems]],
  [TYPE_ID.tasks, [tasks, engagement]],
  [TYPE_ID.notes, [notes, engagement]],
  [TYPE_ID.meetings, [meetings, engagement]],
  [TYPE_ID.calls, [calls, engagement]],
  [TYPE_ID.emails, [emails, engagement]],
  [TYPE_ID.communications, [communications, engagement]],
  [TYPE_ID.vehicles, [vehicles]],
  ...[...STANDARD_FILES].map(
    ([typeId, file]) => [typeId, typeId === POSTAL_MAIL ? [file, engagement] : [file]] as const,
  ),
])

const WHOLE: ReadonlySet<string> = new Set([TYPE_ID.contacts, TYPE_ID.companies])

export interface Definitions {
  readonly properties: readonly Property[]
  readonly groups: readonly Group[]
}

const read = new Map<string, Definitions>()

/** The initial definitions, read once in a process; the store changes its own copy. */
export function definitionsOf(typeId: string): Definitions {
  const definitions = read.get(typeId) ?? readDefinitions(typeId)
  read.set(typeId, definitions)
  return definitions
}

function readDefinitions(typeId: string): Definitions {
  // Additional custom objects copy the built-in one.
  const files = FILES.get(typeId) ?? [vehicles]
  const commonProperties = WHOLE.has(typeId) ? 'without' : 'with'
  return {
    properties: [
      ...readProperties(files, { commonProperties }),
      ...stagePropertiesOf(typeId).map((each) => each.property),
    ],
    groups: readGroups(files),
  }
}
