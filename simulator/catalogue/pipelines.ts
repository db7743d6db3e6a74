import type { Pipeline, Stage } from '../store.ts'
import { TYPE_ID } from './object-types.ts'

const EPOCH = '1970-01-01T00:00:00Z'

interface StagePlan {
  readonly id: string
  readonly label: string
  readonly metadata: Readonly<Record<string, string>>
}

function deal(id: string, label: string, probability: string): StagePlan {
  const isClosed = probability === '0.0' || probability === '1.0' ? 'true' : 'false'
  return { id, label, metadata: { isClosed, probability } }
}

function ticket(id: string, label: string, ticketState: 'OPEN' | 'CLOSED'): StagePlan {
  return { id, label, metadata: { ticketState, isClosed: String(ticketState === 'CLOSED') } }
}

function plain(id: string, label: string, state: 'OPEN' | 'CLOSED'): StagePlan {
  return { id, label, metadata: { isClosed: String(state === 'CLOSED'), state } }
}

function pipeline(
  id: string,
  label: string,
  stages: readonly StagePlan[],
  facts: { displayOrder: number; createdAt: string },
): Pipeline {
  const dates = { createdAt: facts.createdAt, updatedAt: facts.createdAt, archived: false }
  return {
    id,
    label,
    displayOrder: facts.displayOrder,
    stages: stages.map(
      (stage, displayOrder): Stage => ({
        ...stage,
        displayOrder,
        writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
        ...dates,
      }),
    ),
    ...dates,
  }
}

const LIFECYCLE: readonly StagePlan[] = [
  plain('subscriber', 'Subscriber', 'OPEN'),
  plain('lead', 'Lead', 'OPEN'),
  plain('marketingqualifiedlead', 'Marketing Qualified Lead', 'OPEN'),
  plain('salesqualifiedlead', 'Sales Qualified Lead', 'OPEN'),
  plain('opportunity', 'Opportunity', 'OPEN'),
  plain('customer', 'Customer', 'OPEN'),
  plain('evangelist', 'Evangelist', 'OPEN'),
  plain('other', 'Other', 'OPEN'),
]

const DEALS: readonly Pipeline[] = [
  pipeline(
    '3F7C1E52-88AB-4C1B-9A51-0D2E64B7A9F1',
    'Partner "Kanal" 🤝',
    [
      deal('a1d5a3c8-27f4-4a6e-8f0a-5b1c0b6a3c11', 'Registered', '0.1'),
      deal('998123401', 'Bedarf geklärt', '0.35'),
      deal('Angebot v2.0', 'Angebot v2.0', '0.6'),
      deal('998123403', 'Gewonnen', '1.0'),
      deal('998123404', 'Verloren', '0.0'),
    ],
    { displayOrder: 1, createdAt: '2023-02-14T09:30:11.402Z' },
  ),
  pipeline(
    'default',
    'Sales Pipeline',
    [
      deal('appointmentscheduled', 'Appointment Scheduled', '0.2'),
      deal('qualifiedtobuy', 'Qualified To Buy', '0.4'),
      deal('presentationscheduled', 'Presentation Scheduled', '0.6'),
      deal('decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'),
      deal('contractsent', 'Contract Sent', '0.9'),
      deal('closedwon', 'Closed Won', '1.0'),
      deal('closedlost', 'Closed Lost', '0.0'),
    ],
    { displayOrder: 0, createdAt: EPOCH },
  ),
]

const TICKETS: readonly Pipeline[] = [
  pipeline(
    '0',
    'Support Pipeline',
    [
      ticket('1', 'New', 'OPEN'),
      ticket('2', 'Waiting on contact', 'OPEN'),
      ticket('3', 'Waiting on us', 'OPEN'),
      ticket('4', 'Closed', 'CLOSED'),
    ],
    { displayOrder: 0, createdAt: EPOCH },
  ),
  pipeline(
    '71650238',
    'Retouren / Returns',
    [
      ticket('139812001', 'Angefragt', 'OPEN'),
      ticket('139812002', 'Ware erhalten', 'OPEN'),
      ticket('139812003', 'Erstattet', 'CLOSED'),
    ],
    { displayOrder: 1, createdAt: '2024-05-02T13:05:00Z' },
  ),
]

const VEHICLES: readonly Pipeline[] = [
  pipeline(
    'e2b4c7de-51a0-4d1e-b6f3-9a7d1c0e4f88',
    'Fleet',
    [
      plain('5dd6f0a2-4c0c-4f0e-8b1b-62a5a5f5a001', 'Ordered', 'OPEN'),
      plain('5dd6f0a2-4c0c-4f0e-8b1b-62a5a5f5a002', 'In service', 'OPEN'),
      plain('5dd6f0a2-4c0c-4f0e-8b1b-62a5a5f5a003', 'Sold', 'CLOSED'),
    ],
    { displayOrder: 0, createdAt: '2025-01-20T16:41:07.093Z' },
  ),
]

const BY_TYPE: ReadonlyMap<string, readonly Pipeline[]> = new Map([
  [TYPE_ID.deals, DEALS],
  [TYPE_ID.tickets, TICKETS],
  [TYPE_ID.vehicles, VEHICLES],
  [
    TYPE_ID.contacts,
    [
      pipeline('contacts-lifecycle-pipeline', 'Lifecycle Stage Pipeline', LIFECYCLE, {
        displayOrder: 0,
        createdAt: EPOCH,
      }),
    ],
  ],
  [
    TYPE_ID.companies,
    [
      pipeline('companies-lifecycle-pipeline', 'Lifecycle Stage Pipeline', LIFECYCLE, {
        displayOrder: 0,
        createdAt: EPOCH,
      }),
    ],
  ],
])

/** In no particular order, as HubSpot sends them; undefined for types without pipelines. */
export function pipelinesOf(typeId: string): readonly Pipeline[] | undefined {
  return BY_TYPE.get(typeId)
}
