import type { ModelRow } from './model-rows.ts'
import { textOf } from './model-rows.ts'
import {
  type PortalAddress,
  type ReadLink,
  type ReadPipeline,
  type ReadRecord,
  readLinks,
  readOwners,
  readPipelines,
  readRecords,
  readRoles,
  readUsers,
} from './read-portal.ts'

export const OBJECTS = ['companies', 'contacts', 'deals', 'tickets'] as const
export const ENGAGEMENTS = [
  'calls',
  'communications',
  'emails',
  'meetings',
  'notes',
  'tasks',
] as const

/** The facts from which the models are made, as HubSpot answers them at one moment. */
export interface PortalFacts {
  readonly records: ReadonlyMap<string, readonly ReadRecord[]>
  /** By `from to`. */
  readonly links: ReadonlyMap<string, readonly ReadLink[]>
  readonly pipelines: Readonly<Record<'deals' | 'tickets', readonly ReadPipeline[]>>
  /** The columns of a model about an owner, by the owner's id. */
  readonly owners: ReadonlyMap<string, ModelRow>
}

const PROPERTIES: Readonly<Record<string, string>> = {
  companies:
    'name description createdate industry address address2 city state country annualrevenue',
  contacts:
    'email company firstname lastname createdate jobtitle annualrevenue hs_merged_object_ids',
  deals:
    'dealname description amount closedate createdate hubspot_owner_id pipeline dealstage hs_merged_object_ids',
  tickets:
    'closed_date createdate first_agent_reply_date hs_pipeline hs_pipeline_stage hs_ticket_category hs_ticket_priority hubspot_owner_id subject content',
}
const OF_ENGAGEMENTS =
  'hs_createdate hs_timestamp hubspot_owner_id hubspot_team_id hs_email_direction hs_note_body'

export async function readFacts(
  portal: PortalAddress,
  history: Readonly<Record<string, readonly string[]>>,
): Promise<PortalFacts> {
  const records = new Map<string, readonly ReadRecord[]>()
  for (const type of [...OBJECTS, ...ENGAGEMENTS]) {
    const properties = (PROPERTIES[type] ?? OF_ENGAGEMENTS).split(' ')
    records.set(type, await readRecords(portal, type, properties, history[type]))
  }
  const links = new Map<string, readonly ReadLink[]>()
  const pairs = [
    ...(['companies', 'contacts', 'deals'] as const).map((to) => ['tickets', to] as const),
    ...ENGAGEMENTS.flatMap((from) => OBJECTS.map((to) => [from, to] as const)),
  ]
  for (const pair of pairs) {
    const ids = (records.get(pair[0]) ?? []).map(({ id }) => id)
    links.set(pair.join(' '), await readLinks(portal, pair, ids))
  }
  return {
    records,
    links,
    pipelines: {
      deals: await readPipelines(portal, 'deals'),
      tickets: await readPipelines(portal, 'tickets'),
    },
    owners: await readOwnerColumns(portal),
  }
}

async function readOwnerColumns(portal: PortalAddress): Promise<ReadonlyMap<string, ModelRow>> {
  const roles = await readRoles(portal)
  const users = new Map((await readUsers(portal)).map((user) => [user.id, user]))
  return new Map(
    (await readOwners(portal)).map((owner) => {
      const user = owner.userId === null ? undefined : users.get(String(owner.userId))
      const primary = owner.teams?.find((team) => team.primary)
      return [
        owner.id,
        {
          // HubSpot has an empty text for what an owner does not have, and so has Fivetran.
          owner_email_address: owner.email,
          owner_full_name: `${owner.firstName} ${owner.lastName}`.trim(),
          owner_primary_team_id: primary?.id ?? null,
          owner_primary_team_name: primary?.name ?? null,
          owner_role_id: user?.roleId ?? null,
          owner_role_name: textOf(roles.get(user?.roleId ?? '')),
        },
      ]
    }),
  )
}
