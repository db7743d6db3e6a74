/*
 * Reads a portal over HTTP as HubSpot's documentation describes it. It shares no code with hubgen's client, the
 * simulator or the oracle of the tests, so that it cannot share their mistakes.
 */

export interface PortalAddress {
  readonly url: string
  readonly token: string
}

export interface Version {
  readonly value: string
  readonly timestamp: string
  readonly sourceType?: string
  readonly sourceId?: string
}

export interface ReadRecord {
  readonly id: string
  readonly properties: Readonly<Record<string, string | null>>
  /** Newest first, by property. */
  readonly propertiesWithHistory?: Readonly<Record<string, readonly Version[]>>
}

export interface ReadLink {
  readonly fromId: string
  readonly toId: string
  /** One for the link itself and for each of its labels. */
  readonly types: number
}

export interface ReadOwner {
  readonly id: string
  readonly email: string
  readonly firstName: string
  readonly lastName: string
  readonly userId: number | null
  readonly teams?: readonly {
    readonly id: string
    readonly name: string
    readonly primary: boolean
  }[]
}

export interface ReadPipeline {
  readonly id: string
  readonly label: string
  readonly stages: readonly {
    readonly id: string
    readonly label: string
    readonly metadata: Readonly<Record<string, string>>
  }[]
}

export interface ReadUser {
  readonly id: string
  readonly roleId?: string
}

interface Page<Item> {
  readonly results: readonly Item[]
  readonly paging?: { readonly next?: { readonly after: string } }
}

/** HubSpot's largest page of records with former values. */
const pageRecords = 50
const batchInputs = 1_000

/** All live records of a type, with these properties and the former values of some. */
export function readRecords(
  portal: PortalAddress,
  type: string,
  properties: readonly string[],
  history: readonly string[] = [],
): Promise<readonly ReadRecord[]> {
  const query = new URLSearchParams({ limit: String(pageRecords) })
  query.set('properties', properties.join(','))
  if (history.length > 0) query.set('propertiesWithHistory', history.join(','))
  return readPages(portal, `/crm/v3/objects/${type}?${query}`)
}

/** The id under which HubSpot answers for a record: another one if it was merged, null if it is gone. */
export async function readSurvivor(
  portal: PortalAddress,
  type: string,
  id: string,
): Promise<string | null> {
  const response = await fetch(`${portal.url}/crm/v3/objects/${type}/${id}`, {
    headers: { authorization: `Bearer ${portal.token}` },
  })
  if (response.status === 404) return null
  if (!response.ok) throw new Error(`${type}/${id} answered ${response.status}`)
  const record: { readonly id: string } = JSON.parse(await response.text())
  return record.id
}

/** The links of these records to another type. */
export async function readLinks(
  portal: PortalAddress,
  [from, to]: readonly [string, string],
  ids: readonly string[],
): Promise<readonly ReadLink[]> {
  const links: ReadLink[] = []
  let inputs: { id: string; after?: string }[] = ids.map((id) => ({ id }))
  while (inputs.length > 0) {
    const page = await readJson<{
      readonly results: readonly {
        readonly from: { readonly id: string }
        readonly to: readonly {
          readonly toObjectId: number
          readonly associationTypes: readonly object[]
        }[]
        readonly paging?: { readonly next?: { readonly after: string } }
      }[]
    }>(portal, `/crm/v4/associations/${from}/${to}/batch/read`, {
      inputs: inputs.slice(0, batchInputs),
    })
    const rest = page.results.flatMap((result) => {
      const after = result.paging?.next?.after
      return after === undefined ? [] : [{ id: result.from.id, after }]
    })
    for (const result of page.results) {
      for (const { toObjectId, associationTypes } of result.to) {
        const types = associationTypes.length
        links.push({ fromId: result.from.id, toId: String(toObjectId), types })
      }
    }
    inputs = [...inputs.slice(batchInputs), ...rest]
  }
  return links
}

/** Present and former ones. */
export async function readOwners(portal: PortalAddress): Promise<readonly ReadOwner[]> {
  return [
    ...(await readPages<ReadOwner>(portal, '/crm/v3/owners?limit=100')),
    ...(await readPages<ReadOwner>(portal, '/crm/v3/owners?limit=100&archived=true')),
  ]
}

export async function readPipelines(
  portal: PortalAddress,
  type: string,
): Promise<readonly ReadPipeline[]> {
  return readPages(portal, `/crm/v3/pipelines/${type}?limit=100`)
}

export async function readUsers(portal: PortalAddress): Promise<readonly ReadUser[]> {
  return readPages(portal, '/settings/v3/users?limit=100')
}

/** Names by id. */
export async function readRoles(portal: PortalAddress): Promise<ReadonlyMap<string, string>> {
  const roles = await readPages<{ readonly id: string; readonly name: string }>(
    portal,
    '/settings/v3/users/roles?limit=100',
  )
  return new Map(roles.map(({ id, name }) => [id, name]))
}

/** All results of a route that sends `paging.next.after`. */
export async function readPages<Item>(
  portal: PortalAddress,
  path: string,
): Promise<readonly Item[]> {
  const items: Item[] = []
  let next = path
  for (;;) {
    const { results, paging } = await readJson<Page<Item>>(portal, next)
    items.push(...results)
    const after = paging?.next?.after
    if (after === undefined) return items
    next = `${path}&after=${encodeURIComponent(after)}`
  }
}

/** One answer; a POST if there is a body. */
export async function readJson<Answer>(
  { url, token }: PortalAddress,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(`${url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  const answer: Answer = JSON.parse(await response.text())
  return answer
}
