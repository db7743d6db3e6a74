import { isoInstant } from '../population/instant.ts'
import { type Addressee, uuidOf } from './people.ts'
import type { ResourceEntry } from './resources.ts'

const FIRST_MS = Date.parse('2025-03-10T09:00:00Z')
const HOUR_MS = 3_600_000
const TYPES = ['e_visited_page', 'e_document_viewed_v2', 'e_visited_page'] as const
const KIND = 0xec

/** Visits of web pages by the first contacts, oldest first. E-mails have events of their own. */
export function makeOccurrences(people: readonly Addressee[]): readonly ResourceEntry[] {
  return people.slice(0, 40).flatMap(({ id }, at) =>
    TYPES.map((eventType, step) => {
      const key = uuidOf(KIND, at * TYPES.length + step)
      return {
        key,
        parent: '',
        row: {
          id: key,
          objectType: 'CONTACT',
          objectId: id,
          eventType,
          occurredAt: isoInstant(FIRST_MS + at * 7 * HOUR_MS + step * 61_003),
          properties: { hs_url: 'https://www.acme-mobility.example/preise', hs_title: 'Preise' },
        },
      }
    }),
  )
}
