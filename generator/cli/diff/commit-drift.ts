import { join } from 'node:path'
import { CHECKSUM_FILE, checksum, parseChecksums } from '../../disk/checksums.ts'
import { applyPlan, readGeneratedFolder } from '../../disk/generated-folder.ts'
import type { Drift } from '../../model/drift.ts'
import { checkHistories } from '../../project/crowded-history.ts'
import { countDrift, driftSentence, groupDrift } from '../../project/drift/drift-words.ts'
import { type DriftReport, type DriftRequest, findFileDrift } from '../../project/find-drift.ts'
import { gitNotClean, type Repository } from '../../project/git.ts'
import { planGeneration } from '../../project/plan-generation.ts'
import { changedAnalyses } from '../../project/record-drift.ts'
import { fileEdited } from '../generate/generate.ts'

export interface DriftCommit {
  readonly drifts: readonly Drift[]
  /** Short name; null if there was nothing to commit. */
  readonly commit: string | null
  readonly subject: string
  /** Paths that were written or removed. */
  readonly paths: readonly string[]
}

/** Length limit for the first line of a commit message. */
const SUBJECT_CHARACTERS = 72

/**
 * Writes the current definitions of HubSpot and everything generated from them, and commits those
 * files and those that `hubgen.sum` names. Fails with GIT_NOT_CLEAN or FILE_EDITED before it writes anything.
 */
export async function commitDrift(
  repository: Repository,
  request: DriftRequest,
  report: DriftReport,
): Promise<DriftCommit> {
  const { directory, folder } = request
  const explored = report.found.filter(({ earlier }) => earlier !== null)
  const files = await findFileDrift(
    request,
    explored.map(({ entity }) => entity),
  )
  const drifts = [...report.drifts, ...files]
  const entities = report.found.map(({ entity }) => entity)
  const analyses = changedAnalyses(report)
  const wanted = folder === 'whole' ? 'all' : entities
  if (wanted.length === 0)
    return { drifts, commit: null, subject: describeSubject(drifts), paths: [] }
  const { plan, crowded } = await planGeneration(directory, wanted, 'kept', analyses)
  checkHistories(crowded, directory)
  if (plan.edited.length > 0) {
    throw fileEdited(plan, directory, `hubgen generate ${entities.join(' ')}`)
  }
  const whole = { ...plan, write: new Map([...analyses, ...plan.write]) }
  const paths = [...whole.write.keys(), ...whole.remove].map((path) => join(directory, path))
  const subject = describeSubject(drifts)
  const uncommitted = await repository.uncommitted(paths)
  if (uncommitted.length > 0) throw gitNotClean(uncommitted)
  if (paths.length > 0) await applyPlan(directory, whole)
  const others = await findUncommittedFiles(repository, directory)
  if (paths.length + others.length === 0) return { drifts, commit: null, subject, paths }
  const all = [...new Set([...paths, ...others])]
  const commit = await repository.commit(all, describeCommit(subject, drifts))
  return { drifts, commit, subject, paths: all }
}

/**
 * Files that hubgen wrote earlier and that are not committed: the committed `hubgen.sum` names them, so a
 * checkout without them would be incomplete. Includes the analyses that they are generated from; excludes
 * edited files.
 */
async function findUncommittedFiles(
  repository: Repository,
  directory: string,
): Promise<readonly string[]> {
  const disk = await readGeneratedFolder(directory)
  const named = parseChecksums(disk.get(CHECKSUM_FILE) ?? '')
  const written = [...named].flatMap(([path, sum]) => {
    const text = disk.get(path)
    return text !== undefined && checksum(text) === sum ? [path] : []
  })
  const folders = new Set(written.map((path) => path.split('/')[0] ?? ''))
  const analyses = [...folders].map((folder) => `${folder}/analysis.json`)
  return repository.unsaved(
    [...written, ...analyses.filter((path) => disk.has(path))].map((path) => join(directory, path)),
  )
}

/** Changes in HubSpot, if there are any; otherwise differences of the files, or of the repository. */
function describeSubject(drifts: readonly Drift[]): string {
  if (drifts.length === 0) return 'HubSpot: generated files that no commit had'
  const entities = groupDrift(drifts).map(([entity]) => entity)
  const long = `HubSpot: ${countDrift(drifts)} in ${entities.join(', ')}`
  const short = `HubSpot: ${countDrift(drifts)} in ${entities.length} entities`
  return long.length <= SUBJECT_CHARACTERS ? long : short
}

/** The commit message: the subject, then one line per drift. */
function describeCommit(subject: string, drifts: readonly Drift[]): string {
  const lines = groupDrift(drifts).flatMap(([, members]) => members.map(driftSentence))
  return [subject, ...(lines.length === 0 ? [] : ['', ...lines]), ''].join('\n')
}
