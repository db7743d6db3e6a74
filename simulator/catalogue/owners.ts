import { isoInstant } from '../population/instant.ts'
import { below, mix, saltOf } from '../population/mix.ts'
import type { Owner } from '../store.ts'

/** Teams that have owners. */
export const TEAMS = [
  { id: '8840121', name: 'Vertrieb DACH' },
  { id: '8840122', name: 'Sales EMEA "North"' },
  { id: '8840123', name: 'カスタマーサクセス' },
  { id: '52110098', name: 'Support & Returns' },
] as const

/** Ids of teams, as in `hubspot_team_id`. */
export const TEAM_IDS: readonly string[] = TEAMS.map((team) => team.id)

const PEOPLE: readonly (readonly [first: string, last: string])[] = [
  ['Anna', 'Berger'],
  ['Jonas', 'Köhler'],
  ['Élodie', 'Marchand'],
  ['Tom', "O'Brien"],
  ['愛', '佐藤'],
  ['Lena', 'Vogt'],
  ['Maximilian', 'von der Heide'],
  ['Grace', 'Okafor'],
  ['Pierre', 'Lefèvre'],
  ['Sofia', 'García'],
  ['健太', '鈴木'],
  ['Mia', 'Schröder'],
  ['Oliver', 'Smith'],
  ['Chloé', 'Dubois'],
  ['Felix', 'Wagner'],
  ['Priya', 'Raman'],
  ['Noah', 'Fischer'],
  ['Emma', 'Johansson'],
  ['Luca', 'Rossi'],
]

const LEAVERS: readonly (readonly [first: string, last: string])[] = [
  ['Herbert', 'Kranz'],
  ['Julie', 'Moreau'],
  ['', ''],
  ['Sam', 'Taylor'],
]

const QUEUES = ['Eingang Support', 'Returns queue'] as const

/** All owners of records: people, two queues, and four who have left (archived, without user id). */
export const OWNERS: readonly Owner[] = [
  ...PEOPLE.map(([first, last], at) => person(at, first, last)),
  ...QUEUES.map((name, at) => queue(PEOPLE.length + at, name)),
  ...LEAVERS.map(([first, last], at) => leaver(PEOPLE.length + QUEUES.length + at, first, last)),
]

/** The active user ids of {@link OWNERS}, as in `hs_created_by_user_id`; they differ from owner ids. */
export const USER_IDS: readonly string[] = OWNERS.flatMap((owner) =>
  owner.userId === null ? [] : [String(owner.userId)],
)

function base(at: number): Pick<Owner, 'id' | 'createdAt' | 'updatedAt'> {
  const draw = mix(saltOf('owner'), at)
  const createdMs =
    Date.parse('2021-03-01T08:00:00Z') + below(draw, 1200) * 86_400_000 + (at % 7) * 431
  return {
    id: String(41_629_700 + at * 8_117_303 + (at % 5 === 0 ? 1_200_000_000 : 0)),
    createdAt: at === 0 ? '1970-01-01T00:00:00Z' : isoInstant(createdMs),
    updatedAt: isoInstant(createdMs + below(mix(draw, 2), 400) * 86_400_000),
  }
}

function person(at: number, firstName: string, lastName: string): Owner {
  const userId = 5_551_001 + at * 173
  const teams = TEAMS.filter((_, position) => position === at % 4 || at % 6 === position)
  return {
    ...base(at),
    email: `owner${at + 1}@acme-mobility.example`,
    type: 'PERSON',
    firstName,
    lastName,
    userId,
    userIdIncludingInactive: userId,
    teams: teams.map((team, position) => ({ ...team, primary: position === 0 })),
    archived: false,
  }
}

function queue(at: number, firstName: string): Owner {
  return {
    ...base(at),
    email: '',
    type: 'QUEUE',
    firstName,
    lastName: '',
    userId: null,
    userIdIncludingInactive: null,
    archived: false,
  }
}

function leaver(at: number, firstName: string, lastName: string): Owner {
  return {
    ...base(at),
    email: `former${at}@acme-mobility.example`,
    type: 'PERSON',
    firstName,
    lastName,
    userId: null,
    userIdIncludingInactive: 5_551_001 + at * 173,
    archived: true,
  }
}
