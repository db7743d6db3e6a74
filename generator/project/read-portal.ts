import { analysisInvalid, analysisPath } from '../explore/analysis-folder.ts'
import { type PortalAnalysis, parsePortalAnalysis } from '../model/portal-analysis.ts'
import { PORTAL_FOLDER } from '../model/portal-folder.ts'

/** Whether resources were generated before. */
export function hasResources(disk: ReadonlyMap<string, string>): boolean {
  return [...disk.keys()].some((path) => /^portal\/[^/]+\/table\.ts$/.test(path))
}

/** The analysis of the resources; null if they were never explored. */
export function readPortal(
  directory: string,
  disk: ReadonlyMap<string, string>,
): PortalAnalysis | null {
  const text = disk.get(`${PORTAL_FOLDER}/analysis.json`)
  if (text === undefined) return null
  const parsed = parsePortalAnalysis(text)
  if ('analysis' in parsed) return parsed.analysis
  throw analysisInvalid(analysisPath(directory, PORTAL_FOLDER), parsed.problems)
}
