import { companionKinds } from '../../../runtime/companions.ts'
import type {
  CompanionFact,
  CompanionFacts,
  CompanionKind,
  Entity,
} from '../../../runtime/entity.ts'
import type { HubSpot } from '../../../runtime/hubspot/client/client.ts'
import { HubSpotError } from '../../../runtime/hubspot/client/hubspot-error.ts'
import { readRecords } from '../../../runtime/hubspot/record.ts'
import { checkEntityPortal } from '../../../runtime/sync/portal-guard.ts'
import { findStandardObjectType } from '../../model/object-types.ts'
import type { Portal } from './examine-hubspot.ts'
import { type Finding, finding, findingOf, type Section, skippedChecks } from './finding.ts'

/**
 * Checks what the token may read of each entity, by reading one record from each endpoint that a sync uses:
 * one call per entity, one per linked object type, one per entity for pipelines, and four for owners, users, roles and teams.
 */
export async function examineAccess(
  portal: Portal | null,
  entities: readonly Entity[],
): Promise<Section> {
  const title = 'Access to HubSpot'
  if (entities.length === 0) return { title, findings: [] }
  if (portal === null) {
    const checks = ['portal', 'records', 'companion_records', 'owners', 'users'] as const
    return { title, findings: skippedChecks(checks, 'HubSpot does not answer this token') }
  }
  const [owners, users, ...found] = await Promise.all([
    examineOwners(portal.hubspot),
    examineUsers(portal.hubspot),
    ...entities.map((entity) => examineEntity(portal, entity)),
  ])
  const findings = found.flat().toSorted((one, other) => rankOf(one) - rankOf(other))
  return { title, findings: [...findings, owners, ...users] }
}

/** Sorts by check and keeps the order of entities within a check, so that shared findings can be merged. */
function rankOf({ check }: Finding): number {
  return ['portal', 'records', 'companion_records'].indexOf(check)
}

async function examineEntity(portal: Portal, entity: Entity): Promise<readonly Finding[]> {
  const { name } = entity
  try {
    checkEntityPortal(entity, portal.account)
  } catch (error) {
    // Custom objects and permissions belong to a portal, so results for another portal would be misleading.
    const other = 'the token belongs to another portal'
    const rest = skippedChecks(['records', 'companion_records'], other, name)
    return [findingOf('portal', error, { entity: name }), ...rest]
  }
  const { portalId } = portal.account
  const ours = finding('portal', 'ok', `generated for the token's portal, ${portalId}`, {
    entity: name,
  })
  const first = await readFirst(portal.hubspot, entity)
  if ('check' in first) {
    const because = 'its records cannot be read'
    return [ours, first, ...skippedChecks(['companion_records'], because, name)]
  }
  const companions = await examineCompanionRecords(portal.hubspot, entity, first.id ?? anyId)
  return [ours, describeRecords(name, first.id), ...companions]
}

/** No record has this id; HubSpot reports that only to a token that may read the object type. */
const anyId = '1'

async function readFirst(
  hubspot: HubSpot,
  { name: entity, objectType }: Entity,
): Promise<{ readonly id: string | null } | Finding> {
  const path = hubspot.paths.objects(objectType)
  try {
    const [record] = readRecords(await hubspot.get(path, { limit: '1' }), `GET ${path}`).records
    return { id: record?.id ?? null }
  } catch (error) {
    return describeRefusal('records', 'records cannot be read', error, entity, 'failed')
  }
}

function describeRecords(entity: string, firstId: string | null): Finding {
  if (firstId !== null) {
    return finding('records', 'ok', 'the token may read records', { entity })
  }
  return finding('records', 'warning', 'HubSpot shows this token no record', {
    entity,
    fix: 'check in HubSpot that records exist and that the token belongs to the right portal',
  })
}

interface Asked {
  readonly hubspot: HubSpot
  readonly entity: Entity
  /** The id of a record to ask about. */
  readonly id: string
}

interface Question {
  readonly what: string
  readonly ask: () => Promise<unknown>
}

/** The requests that show whether the token may read each kind of companion table. */
const QUESTIONS: {
  readonly [Kind in CompanionKind]: (fact: CompanionFact<Kind>, asked: Asked) => readonly Question[]
} = {
  associations: (tables, { hubspot, entity: { objectType }, id }) =>
    tables.map(({ toObjectType }) => ({
      what: `links to ${nameOf(toObjectType)}`,
      ask: () =>
        hubspot.post(hubspot.paths.associationsBatchRead(objectType, toObjectType), {
          inputs: [{ id }],
        }),
    })),
  // Merges and histories come with the records.
  merges: () => [],
  history: () => [],
  pipelines: (_, { hubspot, entity: { objectType } }) => [
    { what: 'pipelines', ask: () => hubspot.get(hubspot.paths.pipelines(objectType)) },
  ],
}

function questionsOf<Kind extends CompanionKind>(kind: Kind, asked: Asked): readonly Question[] {
  const fact: CompanionFacts[Kind] = asked.entity[kind]
  return fact === undefined ? [] : QUESTIONS[kind](fact, asked)
}

/** Missing permissions for companion tables are warnings: a sync reports them and continues. */
async function examineCompanionRecords(
  hubspot: HubSpot,
  entity: Entity,
  id: string,
): Promise<readonly Finding[]> {
  const asked = companionKinds.flatMap((kind) => questionsOf(kind, { hubspot, entity, id }))
  if (asked.length === 0) return []
  const { name } = entity
  const refused = await Promise.all(
    asked.map(async ({ what, ask }) => {
      try {
        await ask()
        return []
      } catch (error) {
        return [
          describeRefusal('companion_records', `${what} cannot be read`, error, name, 'warning'),
        ]
      }
    }),
  )
  const found = refused.flat()
  if (found.length > 0) return found
  return [finding('companion_records', 'ok', 'links and pipelines can be read', { entity: name })]
}

async function examineOwners(hubspot: HubSpot): Promise<Finding> {
  try {
    await hubspot.get(hubspot.paths.owners(), { limit: '1' })
    return finding('owners', 'ok', 'owners and teams can be read')
  } catch (error) {
    return describeRefusal('owners', 'owners and teams cannot be read', error, null, 'warning')
  }
}

/** Roles and teams come whole, because HubSpot does not page these short lists. */
async function examineUsers(hubspot: HubSpot): Promise<readonly Finding[]> {
  const { users, roles, teams } = hubspot.paths
  const lists = [
    ['users and roles', () => hubspot.get(users(), { limit: '1' }), () => hubspot.get(roles())],
    ['teams of users', () => hubspot.get(teams())],
  ] as const
  const refused = await Promise.all(
    lists.map(async ([what, ...asked]) => {
      try {
        for (const ask of asked) await ask()
        return []
      } catch (error) {
        const found = `${what} cannot be read, so that they come from the list of owners`
        return [describeRefusal('users', found, error, null, 'warning')]
      }
    }),
  )
  const found = refused.flat()
  return found.length > 0 ? found : [finding('users', 'ok', 'users, roles and teams can be read')]
}

/** Names the missing scopes; otherwise quotes HubSpot's message. */
function describeRefusal(
  check: 'records' | 'companion_records' | 'owners' | 'users',
  what: string,
  error: unknown,
  entity: string | null,
  state: 'failed' | 'warning',
): Finding {
  const failure = findingOf(check, error, { entity, state })
  if (!(error instanceof HubSpotError) || error.code !== 'SCOPE_MISSING') {
    return { ...failure, found: `${what}: ${failure.found}` }
  }
  const scopes = error.scopes.map((scope) => `\`${scope}\``).join(' or ')
  if (scopes === '') return { ...failure, found: `${what}: ${failure.found}`, at: null }
  return finding(check, state, `${what}: the token lacks the scope ${scopes}`, {
    entity,
    fix: `add ${scopes} to the key in HubSpot`,
  })
}

function nameOf(objectType: string): string {
  return findStandardObjectType(objectType)?.entity ?? objectType
}
