import type { AssociationType, HistoryEntry, Store, StoredRecord } from '../../simulator/store.ts'
import { storable } from '../support/expected-value.ts'

/*
 * The rows that Fivetran's tables would have, made from the portal itself: it knows neither our tables nor our
 * views. Every value is text that Postgres can cast to the type of its column.
 */

export type FivetranRow = Readonly<Record<string, string | null>>

/** The rows of one table, and which of the rows found there they are to be compared with. */
export interface FivetranTable {
  readonly table: string
  readonly rows: readonly FivetranRow[]
  /** SQL about a row; the others are of records that HubSpot no longer shows. */
  readonly where?: string | undefined
}

interface Portal {
  readonly store: Store
  /** Properties whose former values are kept, by plural name. */
  readonly history: Readonly<Record<string, readonly string[]>>
  /** Extended by every call. */
  readonly merges: KnownMerges
}

const OBJECTS = {
  company: 'companies',
  contact: 'contacts',
  deal: 'deals',
  ticket: 'tickets',
} as const

const ENGAGEMENTS = {
  call: 'calls',
  communication: 'communications',
  email: 'emails',
  meeting: 'meetings',
  note: 'notes',
  task: 'tasks',
} as const

const FOREVER = '9999-12-31T23:59:59.999Z'

/** Every table that HubSpot's present state decides. */
export function fivetranTables(portal: Portal): readonly FivetranTable[] {
  return [
    ...recordTables(portal),
    ...linkTables(portal),
    ...mergeTables(portal),
    ...historyTables(portal),
    ...pipelineTables(portal),
    ...peopleTables(portal),
    ...definitionTables(portal),
  ]
}

function typeIdOf(store: Store, name: string): string {
  const type = store.findObjectType(name)
  if (type === undefined) throw new Error(`no object type \`${name}\``)
  return type.typeId
}

export function liveRecords(store: Store, name: string): readonly StoredRecord[] {
  return [...store.scan(typeIdOf(store, name), 0n, { archived: false })]
}

function recordTables({ store }: Portal): readonly FivetranTable[] {
  const live = 'NOT coalesce(_fivetran_deleted, true) AND NOT coalesce(is_deleted, true)'
  const objects = Object.entries(OBJECTS).map(([table, name]) => ({
    table,
    where: live,
    rows: liveRecords(store, name).map((record) => ({
      ...flags(store),
      ...propertiesOf(record),
      [table === 'deal' ? 'deal_id' : 'id']: record.id,
      ...(table === 'deal' && dealColumns(record)),
    })),
  }))
  const engagements = Object.entries(ENGAGEMENTS).map(([kind, name]) => ({
    table: `engagement_${kind}`,
    where: live,
    rows: liveRecords(store, name).map((record) => ({
      ...flags(store),
      ...propertiesOf(record),
      engagement_id: record.id,
      type: engagementType(kind, record),
      ...(kind === 'note' && { body: text(record.value('hs_note_body')) }),
    })),
  }))
  const all = Object.entries(ENGAGEMENTS).flatMap(([kind, name]) =>
    liveRecords(store, name).map((record) => ({
      id: record.id,
      portal_id: String(store.portal.portalId),
      type: engagementType(kind, record),
    })),
  )
  return [...objects, ...engagements, { table: 'engagement', where: live, rows: all }]
}

function flags(store: Store): FivetranRow {
  return {
    portal_id: String(store.portal.portalId),
    is_deleted: 'false',
    _fivetran_deleted: 'false',
  }
}

function dealColumns(record: StoredRecord): FivetranRow {
  return {
    owner_id: text(record.value('hubspot_owner_id')),
    deal_pipeline_id: text(record.value('pipeline')),
    deal_pipeline_stage_id: text(record.value('dealstage')),
  }
}

function engagementType(kind: string, record: StoredRecord): string {
  const direction = kind === 'email' ? (record.value('hs_email_direction') ?? '') : ''
  return /^(INCOMING|FORWARDED)_EMAIL$/.test(direction) ? direction : kind.toUpperCase()
}

/** By Fivetran's name: an underscore between letters and digits. */
function propertiesOf(record: StoredRecord): FivetranRow {
  const columns = Object.entries(record.properties).map(([name, value]) => {
    const column = name.replace(/([a-z])(\d)/g, '$1_$2').replace(/(\d)([a-z])/g, '$1_$2')
    return [`property_${column}`, text(value)] as const
  })
  return Object.fromEntries(columns)
}

function text(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : storable(value)
}

/** One row for each link and each of its types. */
function linkTables({ store }: Portal): readonly FivetranTable[] {
  const pairs = [
    ['deal', 'company'],
    ['deal', 'contact'],
    ['ticket', 'company'],
    ['ticket', 'contact'],
    ['ticket', 'deal'],
  ] as const
  const plain = pairs.map(([from, to]) => ({
    table: `${from}_${to}`,
    rows: linksBetween(store, OBJECTS[from], OBJECTS[to]).map(({ fromId, toId, type }) => ({
      [`${from}_id`]: fromId,
      [`${to}_id`]: toId,
      ...typeOf(type),
    })),
  }))
  const engagements = Object.entries(ENGAGEMENTS)
  const typesOf = new Map(
    engagements.flatMap(([kind, name]) =>
      liveRecords(store, name).map(
        (record) => [`${name} ${record.id}`, engagementType(kind, record)] as const,
      ),
    ),
  )
  const ofEngagements = (['company', 'contact', 'deal'] as const).map((to) => ({
    table: `engagement_${to}`,
    rows: engagements.flatMap(([, name]) =>
      linksBetween(store, name, OBJECTS[to]).map(({ fromId, toId, type }) => ({
        engagement_id: fromId,
        engagement_type: typesOf.get(`${name} ${fromId}`) ?? null,
        [`${to}_id`]: toId,
        ...typeOf(type),
      })),
    ),
  }))
  const ofTickets = engagements.flatMap(([, name]) =>
    linksBetween(store, 'tickets', name).map(({ fromId, toId, type }) => ({
      ticket_id: fromId,
      engagement_id: toId,
      engagement_type: typesOf.get(`${name} ${toId}`) ?? null,
      ...typeOf(type),
    })),
  )
  return [...plain, ...ofEngagements, { table: 'ticket_engagement', rows: ofTickets }]
}

function linksBetween(store: Store, from: string, to: string) {
  const [fromType, toType] = [typeIdOf(store, from), typeIdOf(store, to)]
  const others = new Set(liveRecords(store, to).map(({ id }) => id))
  return liveRecords(store, from).flatMap(({ id }) =>
    store
      .links(fromType, id, toType)
      .filter(({ toId }) => others.has(toId))
      .flatMap(({ toId, types }) => types.map((type) => ({ fromId: id, toId, type }))),
  )
}

function typeOf({ typeId, category }: AssociationType): FivetranRow {
  return { type_id: String(typeId), category }
}

function historyTables({ store, history, merges }: Portal): readonly FivetranTable[] {
  const tables = Object.entries(OBJECTS).flatMap(([table, name]) => {
    const properties = history[name] ?? []
    if (properties.length === 0) return []
    const time = table === 'ticket' ? 'timestamp_instant' : 'timestamp'
    const rows = liveRecords(store, name).flatMap(({ id }) =>
      properties.flatMap((property) =>
        versions(store, name, id, property).map(({ row, at }) => ({
          [`${table}_id`]: id,
          name: property,
          [time]: at,
          ...row,
        })),
      ),
    )
    return [{ table: `${table}_property_history`, rows, where: idsOf(store, name, `${table}_id`) }]
  })
  const stages = liveRecords(store, 'deals').flatMap(({ id }) =>
    versions(store, 'deals', id, 'dealstage').map(({ row, at }) => ({
      deal_id: id,
      date_entered: at,
      ...row,
    })),
  )
  // A deal that was merged away has no stages.
  const ids = [
    ...liveRecords(store, 'deals').map(({ id }) => id),
    ...(merges.get('deals')?.keys() ?? []),
  ]
  const where = `deal_id IN (${['NULL', ...ids].join(', ')})`
  return [...tables, { table: 'deal_stage', rows: stages, where }]
}

/** From the first to the last; each ends a millisecond before the next one begins. */
function versions(store: Store, name: string, id: string, property: string) {
  const entries: readonly HistoryEntry[] = store
    .history(typeIdOf(store, name), id, property)
    .toReversed()
  return entries.map(({ value, timestamp, sourceType, sourceId }, index) => {
    const next = entries[index + 1]
    const at = new Date(timestamp)
    const end = next === undefined ? null : Date.parse(next.timestamp) - 1
    return {
      at: at.toISOString(),
      row: {
        value: text(value),
        source: text(sourceType),
        source_id: text(sourceId),
        _fivetran_start: at.toISOString(),
        _fivetran_end: end === null ? FOREVER : new Date(Math.max(end, at.getTime())).toISOString(),
        _fivetran_active: String(next === undefined),
      },
    }
  })
}

function idsOf(store: Store, name: string, column: string): string {
  const ids = liveRecords(store, name).map(({ id }) => id)
  return `${column} IN (${['NULL', ...ids].join(', ')})`
}

/** The merges that records of this portal named so far: the record that swallowed an id, by entity and id. */
export type KnownMerges = Map<string, Map<string, string>>

/** A record names the ids that were merged into it; a contact has two lists. Each id leads to a live record. */
function mergeTables({ store, merges }: Portal): readonly FivetranTable[] {
  const ended = (name: string) => {
    const known = merges.get(name) ?? new Map<string, string>()
    merges.set(name, known)
    const live = new Map(liveRecords(store, name).map((record) => [record.id, record]))
    for (const record of live.values()) {
      for (const id of swallowedBy(record)) known.set(id, record.id)
    }
    return [...known.keys()].flatMap((merged) => {
      const survivor = live.get(endOf(merged, known))
      return survivor === undefined ? [] : [{ survivor, merged }]
    })
  }
  const [deals, contacts] = [ended('deals'), ended('contacts')]
  // An id that leads to a live record leads to no other one.
  const orMerged = (column: string, rows: typeof deals) =>
    ` OR ${column} IN (${['NULL', ...rows.map(({ merged }) => merged)].join(', ')})`
  return [
    {
      table: 'merged_deal',
      where: idsOf(store, 'deals', 'deal_id') + orMerged('merged_deal_id', deals),
      rows: deals.map(({ survivor, merged }) => ({
        deal_id: survivor.id,
        merged_deal_id: merged,
      })),
    },
    {
      table: 'contact_merge_audit',
      where: idsOf(store, 'contacts', 'contact_id') + orMerged('vid_to_merge', contacts),
      rows: contacts.map(({ survivor, merged }) => ({
        canonical_vid: survivor.id,
        contact_id: survivor.id,
        vid_to_merge: merged,
        timestamp: mergeTime(survivor, merged),
      })),
    },
  ]
}

function swallowedBy(record: StoredRecord): readonly string[] {
  return ['hs_merged_object_ids', 'hs_calculated_merged_vids']
    .flatMap((list) => (record.value(list) ?? '').split(';'))
    .map((one) => one.split(':')[0] ?? '')
    .filter((id) => /^\d+$/.test(id) && id !== record.id)
}

function endOf(id: string, known: ReadonlyMap<string, string>, steps = 0): string {
  const next = known.get(id)
  return next === undefined || steps > 100 ? id : endOf(next, known, steps + 1)
}

/** `76340251:1417469632000` of the survivor's own list. */
function mergeTime(survivor: StoredRecord, merged: string): string | null {
  const entries = (survivor.value('hs_calculated_merged_vids') ?? '').split(';')
  const time = entries.map((entry) => entry.split(':')).find(([id]) => id === merged)?.[1]
  return time === undefined ? null : new Date(Number(time)).toISOString()
}

function pipelineTables({ store }: Portal): readonly FivetranTable[] {
  const where = 'NOT _fivetran_deleted'
  return (['deal', 'ticket'] as const).flatMap((table) => {
    const typeId = typeIdOf(store, OBJECTS[table])
    const pipelines = store.pipelines(typeId) ?? []
    const common = (
      each: (typeof pipelines)[number] | (typeof pipelines)[number]['stages'][number],
    ) => ({
      active: String(!each.archived),
      display_order: String(each.displayOrder),
      label: storable(each.label),
      created_at: each.createdAt,
      updated_at: each.updatedAt,
      _fivetran_deleted: 'false',
    })
    const stages = pipelines.flatMap((pipeline) =>
      pipeline.stages.map((stage) => ({
        ...common(stage),
        stage_id: stage.id,
        pipeline_id: pipeline.id,
        ...stageFacts(stage.metadata),
      })),
    )
    return [
      {
        table: `${table}_pipeline`,
        where,
        rows: pipelines.map((pipeline) => ({
          ...common(pipeline),
          pipeline_id: pipeline.id,
          object_type_id: typeId,
        })),
      },
      { table: `${table}_pipeline_stage`, where, rows: stages },
    ]
  })
}

function stageFacts(metadata: Readonly<Record<string, string>>): FivetranRow {
  const { isClosed, ticketState, probability } = metadata
  const closed = isClosed === undefined ? ticketState === 'CLOSED' : isClosed === 'true'
  return {
    is_closed: String(closed),
    ticket_state: ticketState ?? null,
    probability: probability === undefined ? null : String(Number(probability)),
    closed_won: probability === undefined ? null : String(closed && Number(probability) === 1),
  }
}

function peopleTables({ store }: Portal): readonly FivetranTable[] {
  const owners = store.owners()
  const current = `owner_id IN (${['NULL', ...owners.map(({ id }) => id)].join(', ')})`
  const { users, roles, teams: settingsTeams } = store.portalUsers()
  const teams = new Map([
    ...owners.flatMap((one) => (one.teams ?? []).map(({ id, name }) => [id, name] as const)),
    ...settingsTeams.map(({ id, name }) => [id, name] as const),
  ])
  return [
    {
      table: 'owner',
      where: current,
      rows: owners.map((owner) => ({
        owner_id: owner.id,
        portal_id: String(store.portal.portalId),
        type: owner.type,
        // HubSpot sends an empty text for what an owner does not have.
        email: owner.email,
        first_name: owner.firstName,
        last_name: owner.lastName,
        active_user_id: owner.userId === null ? null : String(owner.userId),
        created_at: owner.createdAt,
        updated_at: owner.updatedAt,
      })),
    },
    {
      table: 'owner_team',
      where: current,
      rows: owners.flatMap(({ id, teams: memberships = [] }) =>
        memberships.map((team) => ({
          owner_id: id,
          team_id: team.id,
          is_team_primary: String(team.primary),
          _fivetran_deleted: 'false',
        })),
      ),
    },
    {
      table: 'team',
      where: 'NOT _fivetran_deleted',
      rows: [...teams].map(([id, name]) => ({ id, name, _fivetran_deleted: 'false' })),
    },
    {
      table: 'users',
      where: 'NOT _fivetran_deleted',
      rows: users.map((user) => ({
        id: user.id,
        email: user.email,
        first_name: user.firstName ?? '',
        last_name: user.lastName ?? '',
        primary_team_id: user.primaryTeamId ?? null,
        role_id: user.roleId ?? null,
        _fivetran_deleted: 'false',
      })),
    },
    {
      table: 'role',
      where: 'NOT _fivetran_deleted',
      rows: roles.map(({ id, name, requiresBillingWrite }) => ({
        id,
        name,
        requires_billing_write: String(requiresBillingWrite),
        _fivetran_deleted: 'false',
      })),
    },
    {
      table: 'team_user',
      where: 'NOT _fivetran_deleted',
      rows: settingsTeams.flatMap(({ id, userIds, secondaryUserIds }) =>
        [...userIds, ...secondaryUserIds].map((user, place) => ({
          team_id: id,
          user_id: user,
          is_secondary_user: String(place >= userIds.length),
          _fivetran_deleted: 'false',
        })),
      ),
    },
  ]
}

/** Definitions of properties as explored; HubSpot lets a definition have no label. */
function definitionTables({ store }: Portal): readonly FivetranTable[] {
  const places = ['pipeline', 'dealstage', 'hs_pipeline', 'hs_pipeline_stage', 'lifecyclestage']
  const objects = Object.entries(OBJECTS)
  const definitions = objects.flatMap(([table, name]) =>
    store
      .properties(typeIdOf(store, name))
      .filter(({ archived }) => archived !== true)
      .map((property) => ({ table, property })),
  )
  const only = `hubspot_object IN (${objects.map(([table]) => `'${table}'`).join(', ')})`
  return [
    {
      table: 'property',
      where: `${only} AND NOT archived`,
      rows: definitions.map(({ table, property }) => ({
        hubspot_object: table,
        name: property.name,
        type: property.type,
        field_type: property.fieldType,
        group_name: property.groupName,
        calculated: String(property.calculated),
        created_at: property.createdAt ?? null,
        show_currency_symbol: String(property.showCurrencySymbol === true),
        hubspot_defined: String(property.hubspotDefined === true),
      })),
    },
    {
      table: 'property_option',
      where: `${only} AND name <> ALL ('{${places.join(',')}}')`,
      rows: definitions
        .filter(({ property }) => !places.includes(property.name))
        .flatMap(({ table, property }) =>
          [...new Map(property.options.toReversed().map((one) => [one.value, one])).values()].map(
            (option) => ({
              hubspot_object: table,
              name: property.name,
              value: storable(option.value),
              hidden: String(option.hidden),
            }),
          ),
        ),
    },
  ]
}
