import type { Owner, Pipeline, PortalUsers, Stage, Store } from '../../simulator/store.ts'
import { LinkLedger } from './link-ledger.ts'
import { RecordLedger } from './record-ledger.ts'
import { type Horizon, isDue } from './record-version.ts'

/** A property that HubSpot's answers lack, and the values that records had when it disappeared. */
interface AbsentProperty {
  readonly values: ReadonlyMap<string, string>
  /** Answers have it again; the copy reads it within a day. */
  isBack: boolean
}

/**
 * The changes of a portal since a copy of it was last found right, as far as the portal does not show them.
 */
export interface WatchedPortal {
  /** For the simulator: sees every change that is made through it. */
  readonly store: Store
  readonly links: LinkLedger
  records(typeId: string): RecordLedger
  /** By name. A property counts as absent from its archiving on, or from `withhold`. */
  absentProperties(typeId: string): ReadonlyMap<string, AbsentProperty>
  /** Properties that were created since the portal is watched: records that were deleted before have none. */
  addedProperties(typeId: string): ReadonlySet<string>
  /** From now on HubSpot's answers lack this property, whatever its definition says. */
  withhold(typeId: string, property: string): void
  giveBack(typeId: string, property: string): void
  /** Records that HubSpot lists but cannot return, by object type and id. */
  readonly unreadable: Set<string>
  /** All owners so far, with their last names; `present` while HubSpot lists them. */
  owners(): readonly { readonly owner: Owner; readonly present: boolean }[]
  /** The users, roles, teams and memberships that HubSpot listed so far, with their last facts. */
  portalUsers(): PortalUsers
  /** All pipelines and stages so far, existing ones first. */
  pipelines(typeId: string): KnownPipelines
  /** Whether owners, or pipelines, changed since. */
  readonly changedAside: Set<string>
  /** The copy was found right at this horizon. */
  settle(horizon: Horizon): void
}

interface KnownPipelines {
  readonly pipelines: readonly { readonly pipeline: Pipeline; readonly present: boolean }[]
  /** Each with its last pipeline. */
  readonly stages: readonly {
    readonly stage: Stage
    readonly pipelineId: string
    readonly present: boolean
  }[]
}

/** Watches every change of a portal. */
export function watchPortal(portal: Store): WatchedPortal {
  const ledgers = new Map<string, RecordLedger>()
  const absent = new Map<string, Map<string, AbsentProperty>>()
  const links = new LinkLedger()
  const owners = new Map<string, Owner>()
  const knownPipelines = rememberingPipelines(portal)
  const changedAside = new Set<string>()
  const added = new Map<string, Set<string>>()
  const records = (typeId: string) => {
    const ledger = ledgers.get(typeId) ?? new RecordLedger(portal, typeId)
    ledgers.set(typeId, ledger)
    return ledger
  }
  const absentOf = (typeId: string) => {
    const ofType = absent.get(typeId) ?? new Map<string, AbsentProperty>()
    absent.set(typeId, ofType)
    return ofType
  }
  const withhold = (typeId: string, property: string) => {
    if (absentOf(typeId).has(property)) return
    const values = new Map<string, string>()
    for (const archived of [false, true]) {
      for (const record of portal.scan(typeId, 0n, { archived })) {
        const value = record.value(property)
        if (value !== undefined) values.set(record.id, value)
      }
    }
    absentOf(typeId).set(property, { values, isBack: false })
  }
  const giveBack = (typeId: string, property: string) => {
    const known = absentOf(typeId).get(property)
    if (known !== undefined) known.isBack = true
  }
  const rememberOwners = () => {
    for (const owner of portal.owners()) {
      const { firstName, lastName } = owners.get(owner.id) ?? owner
      const isCleared = owner.archived && owner.firstName === '' && owner.lastName === ''
      owners.set(owner.id, isCleared ? { ...owner, firstName, lastName } : owner)
    }
  }
  rememberOwners()
  let portalUsers = portal.portalUsers()
  for (const { typeId } of portal.objectTypes()) knownPipelines(typeId)
  const changes = recordChanges(portal, records, links)
  const store = overlay(portal, {
    ...changes,
    addProperty(typeId, property) {
      portal.addProperty(typeId, property)
      added.set(typeId, (added.get(typeId) ?? new Set()).add(property.name))
    },
    archiveProperty(typeId, name) {
      withhold(typeId, name)
      portal.archiveProperty(typeId, name)
    },
    restoreProperty(typeId, name) {
      giveBack(typeId, name)
      portal.restoreProperty(typeId, name)
    },
    setOwners(given) {
      portal.setOwners(given)
      rememberOwners()
      changedAside.add('owners')
    },
    setPortalUsers(given) {
      portal.setPortalUsers(given)
      portalUsers = withFormer(portalUsers, given)
      changedAside.add('owners')
    },
    setPipelines(typeId, given) {
      portal.setPipelines(typeId, given)
      knownPipelines(typeId)
      changedAside.add(`pipelines ${typeId}`)
    },
  })
  return {
    store,
    links,
    records,
    absentProperties: absentOf,
    addedProperties: (typeId) => added.get(typeId) ?? new Set(),
    withhold,
    giveBack,
    unreadable: new Set(),
    owners() {
      const present = new Set(portal.owners().map(({ id }) => id))
      return [...owners.values()].map((owner) => ({ owner, present: present.has(owner.id) }))
    },
    portalUsers: () => portalUsers,
    pipelines: knownPipelines,
    changedAside,
    settle(horizon) {
      for (const { typeId } of portal.objectTypes()) records(typeId).settle(horizon)
      if (!isDue('day', horizon)) return
      links.settle()
      changedAside.clear()
      for (const ofType of absent.values()) {
        for (const [name, { isBack }] of ofType) if (isBack) ofType.delete(name)
      }
    },
  }
}

/** Memberships are those of the teams so far. */
function withFormer(before: PortalUsers, now: PortalUsers): PortalUsers {
  const both = <Item extends { readonly id: string }>(
    old: readonly Item[],
    items: readonly Item[],
  ) => [...new Map([...old, ...items].map((item) => [item.id, item])).values()]
  return {
    users: both(before.users, now.users),
    roles: both(before.roles, now.roles),
    teams: both(before.teams, now.teams).map((team) => {
      const former = before.teams.find(({ id }) => id === team.id) ?? team
      const ids = [...new Set([...team.userIds, ...former.userIds])]
      const others = [...team.secondaryUserIds, ...former.secondaryUserIds]
      const secondaryUserIds = [...new Set(others)].filter((id) => !team.userIds.includes(id))
      return {
        ...team,
        userIds: ids.filter((id) => !secondaryUserIds.includes(id)),
        secondaryUserIds,
      }
    }),
  }
}

/** Call after every change: deleted records are known from the time before. */
function rememberingPipelines(portal: Store): (typeId: string) => KnownPipelines {
  const pipelines = new Map<string, Map<string, Pipeline>>()
  const stages = new Map<string, Map<string, { stage: Stage; pipelineId: string }>>()
  return (typeId) => {
    const now = portal.pipelines(typeId) ?? []
    const present = new Set(now.map(({ id }) => id))
    const stagesNow = now.flatMap((pipeline) =>
      pipeline.stages.map((stage) => ({ stage, pipelineId: pipeline.id })),
    )
    const ofType = new Map([
      ...(pipelines.get(typeId) ?? []),
      ...now.map((one) => [one.id, one] as const),
    ])
    pipelines.set(typeId, ofType)
    // If two stages share an id, the first pipeline's counts.
    const firstOfEach = stagesNow.toReversed().map((one) => [one.stage.id, one] as const)
    const stagesOfType = new Map([...(stages.get(typeId) ?? []), ...firstOfEach])
    stages.set(typeId, stagesOfType)
    const presentStages = new Set(stagesNow.map(({ stage }) => stage.id))
    return {
      pipelines: [...ofType.values()].map((pipeline) => ({
        pipeline,
        present: present.has(pipeline.id),
      })),
      stages: [...stagesOfType.values()].map((one) => ({
        ...one,
        present: presentStages.has(one.stage.id),
      })),
    }
  }
}

type RecordChanges = Pick<
  Store,
  'create' | 'update' | 'archive' | 'purge' | 'restore' | 'merge' | 'link' | 'unlink'
>

function recordChanges(
  portal: Store,
  records: (typeId: string) => RecordLedger,
  links: LinkLedger,
): RecordChanges {
  let at = 0
  const noted = (
    typeId: string,
    id: string,
    change: Parameters<RecordLedger['after']>[1],
    make: () => void,
  ) => {
    records(typeId).before(id)
    make()
    at += 1
    records(typeId).after(id, change, at)
  }
  return {
    create(typeId, properties) {
      const record = portal.create(typeId, properties)
      at += 1
      records(typeId).after(record.id, 'stamped', at)
      return record
    },
    update(typeId, id, properties, options) {
      const change = options?.silently === true ? 'silent' : 'stamped'
      noted(typeId, id, change, () => portal.update(typeId, id, properties, options))
    },
    archive: (typeId, id) => noted(typeId, id, 'archived', () => portal.archive(typeId, id)),
    purge: (typeId, id) => noted(typeId, id, 'purged', () => portal.purge(typeId, id)),
    restore(typeId, id, options) {
      const change = options?.silently === true ? 'restored silently' : 'restored'
      noted(typeId, id, change, () => portal.restore(typeId, id, options))
    },
    merge(typeId, primaryId, mergedId, options) {
      const ledger = records(typeId)
      for (const id of [primaryId, mergedId]) ledger.before(id)
      const survivorId = portal.merge(typeId, primaryId, mergedId, options)
      at += 1
      for (const id of new Set([mergedId, primaryId, survivorId])) {
        ledger.after(id, id === survivorId ? 'stamped' : 'merged away', at)
      }
      return survivorId
    },
    link(fromTypeId, fromId, toTypeId, toId, type) {
      portal.link(fromTypeId, fromId, toTypeId, toId, type)
      at += 1
      links.note({ typeId: fromTypeId, id: fromId }, { typeId: toTypeId, id: toId }, at)
    },
    unlink(fromTypeId, fromId, toTypeId, toId) {
      portal.unlink(fromTypeId, fromId, toTypeId, toId)
      at += 1
      links.note({ typeId: fromTypeId, id: fromId }, { typeId: toTypeId, id: toId }, at)
    },
  }
}

/** The store with some methods replaced. Its own methods are bound to it, because they use private fields. */
function overlay(store: Store, replaced: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const own: unknown = Reflect.get(replaced, name)
      if (own !== undefined) return own
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
