/** A path without its version, so that one route table serves all versions. */
export interface VersionedPath {
  /** Decoded, without version: `crm/objects/deals/42`. */
  readonly segments: readonly string[]
  /** `v3`, `v4`, `2026-09`…; empty if the path has none, as for introspection. */
  readonly version: string
}

const datedVersions = ['2025-09', '2026-03', '2026-09']
export const v3AndDated: readonly string[] = ['v3', ...datedVersions]
export const v4AndDated: readonly string[] = ['v4', ...datedVersions]
/** Part of the 2025-09 and 2026-03 specifications, but not of 2026-09. */
export const recordAssociationVersions: readonly string[] = ['v3', 'v4', '2025-09', '2026-03']

const unversionedRoots = new Set(['oauth'])

/** `/crm/v3/objects/deals` and `/crm/objects/2026-09/deals` both become `crm/objects/deals`. */
export function readPath(path: string): VersionedPath | undefined {
  const segments = decodeSegments(path)
  const [root, second, third] = segments ?? []
  if (segments === undefined || root === undefined) return undefined
  if (unversionedRoots.has(root)) return { segments, version: '' }
  if (second === undefined) return undefined
  // `/settings/v3/users` and `/settings/users/2026-03`; `/email/public/v1/events`.
  if (root !== 'crm' && !isVersion(second)) {
    return third === undefined
      ? undefined
      : { segments: [root, second, ...segments.slice(3)], version: third }
  }
  if (root !== 'crm') return { segments: [root, ...segments.slice(2)], version: second }
  if (/^v\d$/.test(second)) return withoutAlias([root, ...segments.slice(2)], second)
  if (third === undefined) return undefined
  return { segments: [root, second, ...segments.slice(3)], version: third }
}

function isVersion(segment: string): boolean {
  return /^(v\d|\d{4}-\d{2}(-beta)?)$/.test(segment)
}

/** Older documentation uses `/crm/v3/schemas` for custom object schemas. */
function withoutAlias(segments: string[], version: string): VersionedPath {
  if (segments[1] !== 'schemas') return { segments, version }
  return { segments: ['crm-object-schemas', ...segments.slice(1)], version }
}

function decodeSegments(path: string): string[] | undefined {
  try {
    return path.split('/').filter(Boolean).map(decodeURIComponent)
  } catch {
    return undefined
  }
}
