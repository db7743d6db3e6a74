import { readFile } from 'node:fs/promises'
import { HubgenError } from '../../runtime/errors.ts'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import { HubSpotError } from '../../runtime/hubspot/client/hubspot-error.ts'
import { requestPage } from '../../runtime/hubspot/resource-page.ts'
import type { Resource } from '../../runtime/resources/resource.ts'
import { resources } from '../../runtime/resources/resources.ts'
import { replaceFiles } from '../disk/replace-files.ts'
import {
  type AnalyzedResource,
  mergeResources,
  type PortalAnalysis,
  parsePortalAnalysis,
  serializePortalAnalysis,
} from '../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'
import { DEFAULT_SCHEMA } from '../model/schema-name.ts'
import { analysisInvalid, analysisPath } from './analysis-folder.ts'

/** One resource as the probe found it. */
export interface ProbedResource extends AnalyzedResource {
  readonly title: string
  /** Why it has no tables, for people; null for a readable one. */
  readonly reason: string | null
  /** When HubSpot ends the support of the version that answered. */
  readonly until: string | null
}

export interface ResourceReport {
  /** Of `portal/analysis.json`. */
  readonly path: string
  readonly outcome: 'written' | 'unchanged'
  readonly probed: readonly ProbedResource[]
}

export interface ExploreResourcesRequest {
  readonly directory: string
  /** Names of resources; the resources that they belong to are added. */
  readonly names: readonly string[]
  /** The schema that hubgen.config.ts sets; null if it sets none. */
  readonly schema: string | null
}

/** Asks for one row of each resource, and saves which of them this key and this portal have. */
export async function exploreResources(
  hubspot: HubSpot,
  { directory, names, schema }: ExploreResourcesRequest,
): Promise<ResourceReport> {
  const path = analysisPath(directory, PORTAL_FOLDER)
  const earlier = await readPortalAnalysis(path)
  const { portalId } = await hubspot.account()
  const first = new Map<string, Promise<ProbedResource>>()
  for (const resource of withParents(names)) {
    const { parent } = resource
    // A row of a child needs a parent row, so the parent's answer stands for both.
    const above =
      parent !== undefined && 'resource' in parent ? first.get(parent.resource) : undefined
    first.set(resource.name, above === undefined ? probe(hubspot, resource) : like(resource, above))
  }
  const probed = await Promise.all(first.values())
  const found = probed.map(({ name, version, refused }) => ({ name, version, refused }))
  const analysis: PortalAnalysis = {
    portal: { id: portalId },
    schema: checkSchema(earlier, schema, path),
    resources: [...mergeResources(earlier?.resources ?? [], found)],
  }
  if (earlier !== null && earlier.portal.id !== portalId) throw otherPortal(path, earlier, portalId)
  const text = serializePortalAnalysis(analysis)
  if (earlier !== null && serializePortalAnalysis(earlier) === text) {
    return { path, outcome: 'unchanged', probed }
  }
  await replaceFiles(new Map([[path, text]]))
  return { path, outcome: 'written', probed }
}

/** In the order of the list: a parent before its children. */
function withParents(names: readonly string[]): readonly Resource[] {
  const wanted = new Set(names)
  for (const { name, parent } of resources.toReversed()) {
    if (wanted.has(name) && parent !== undefined && 'resource' in parent)
      wanted.add(parent.resource)
  }
  return resources.filter(({ name }) => wanted.has(name))
}

async function probe(hubspot: HubSpot, resource: Resource): Promise<ProbedResource> {
  const { title, name, versions } = resource
  let refusal: HubSpotError | null = null
  const isBound = resource.parent !== undefined
  for (const version of versions) {
    const { until = null } = version
    const found = { name, title, version: version.version, refused: null, reason: null, until }
    if (isBound) return found
    try {
      const [parameters = {}] = version.variants ?? []
      await requestPage(hubspot, { version, bound: {}, parameters, cursor: null, size: 1 })
      return found
    } catch (error) {
      if (!(error instanceof HubSpotError) || ![400, 403, 404].includes(error.status ?? 0)) {
        throw error
      }
      refusal = error
      if (error.status !== 404) break
    }
  }
  const refused = refusal?.code ?? 'HUBSPOT_NOT_FOUND'
  return { name, title, version: null, refused, reason: refusal?.message ?? null, until: null }
}

async function like(
  { name, title, versions }: Resource,
  above: Promise<ProbedResource>,
): Promise<ProbedResource> {
  const { refused, reason } = await above
  const [version] = versions
  return {
    name,
    title,
    version: refused === null ? (version?.version ?? null) : null,
    refused,
    reason,
    until: version?.until ?? null,
  }
}

/** The saved analysis; null if there is none. Fails with ANALYSIS_INVALID. */
export async function readPortalAnalysis(path: string): Promise<PortalAnalysis | null> {
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw cause
  })
  if (text === null) return null
  const parsed = parsePortalAnalysis(text)
  if ('analysis' in parsed) return parsed.analysis
  throw analysisInvalid(path, parsed.problems)
}

/** Tables are not moved. */
function checkSchema(earlier: PortalAnalysis | null, schema: string | null, path: string): string {
  if (earlier === null) return schema ?? DEFAULT_SCHEMA
  if (schema === null || schema === earlier.schema) return earlier.schema
  throw new HubgenError(
    'SCHEMA_CHANGED',
    `the resources have their tables in schema \`${earlier.schema}\`, the configuration says \`${schema}\``,
    {
      at: path,
      fix: `set \`schema: '${earlier.schema}'\`, because tables are not moved, or start over in another folder with \`--directory\``,
    },
  )
}

function otherPortal(path: string, { portal }: PortalAnalysis, portalId: number): HubgenError {
  return new HubgenError(
    'PORTAL_MISMATCH',
    `the analysis is from portal \`${portal.id}\`, but the token reads portal \`${portalId}\``,
    {
      at: path,
      fix: 'use the token of that portal, or another folder for this one: `--directory <folder>`',
    },
  )
}
