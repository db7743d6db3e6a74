import { z } from 'zod'
import { schemaName } from './analysis-schema.ts'
import { compareText } from './compare-text.ts'

const portalAnalysisSchema = z.strictObject({
  portal: z.strictObject({ id: z.int().positive() }),
  schema: schemaName,
  resources: z.array(
    z.strictObject({
      name: z.string().min(1),
      /** The API version that answered; null if no version did. */
      version: z.string().nullable(),
      /** The code of the refusal; null for a resource that has tables. */
      refused: z.string().nullable(),
    }),
  ),
})

/** Which resources the portal has, as far as a key could see: `portal/analysis.json`. */
export type PortalAnalysis = z.output<typeof portalAnalysisSchema>
export type AnalyzedResource = PortalAnalysis['resources'][number]

/** The text of the file: the same analysis gives the same bytes. */
export function serializePortalAnalysis(analysis: PortalAnalysis): string {
  const resources = analysis.resources.toSorted((a, b) => compareText(a.name, b.name))
  return `${JSON.stringify({ ...analysis, resources }, null, 2)}\n`
}

/** Returns all problems at once, each with its place. */
export function parsePortalAnalysis(
  text: string,
): { readonly analysis: PortalAnalysis } | { readonly problems: readonly string[] } {
  let json: unknown
  try {
    json = JSON.parse(text.replace(/^\ufeff/, ''))
  } catch {
    return { problems: ['not JSON, or incomplete'] }
  }
  const parsed = portalAnalysisSchema.safeParse(json)
  if (parsed.success) return { analysis: parsed.data }
  return {
    problems: parsed.error.issues.map(
      ({ path, message }) => `${path.map(String).join('.') || '(whole file)'}: ${message}`,
    ),
  }
}

/** Whether the resource has tables. */
export function isReadable({ refused }: AnalyzedResource): boolean {
  return refused === null
}

/**
 * Adds what an exploration found. A refusal is not news about a resource that was readable before: another key
 * may read it.
 */
export function mergeResources(
  earlier: readonly AnalyzedResource[],
  found: readonly AnalyzedResource[],
): readonly AnalyzedResource[] {
  const merged = new Map(earlier.map((one) => [one.name, one]))
  for (const one of found) {
    const known = merged.get(one.name)
    if (isReadable(one) || known === undefined || !isReadable(known)) merged.set(one.name, one)
  }
  return [...merged.values()].toSorted((a, b) => compareText(a.name, b.name))
}
