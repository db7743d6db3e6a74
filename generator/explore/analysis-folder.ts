import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import { CHECKSUM_FILE, checksum, formatChecksums, parseChecksums } from '../disk/checksums.ts'
import { replaceFiles } from '../disk/replace-files.ts'
import type { Analysis } from '../model/analysis.ts'
import { parseAnalysis, serializeAnalysis } from '../model/analysis-file.ts'
import { renderSummary } from '../render/report/summary.ts'

/** Limit on the problems of one file that an error lists. */
const LISTED_PROBLEMS = 20

/** `<directory>/<entity>/analysis.json`. */
export function analysisPath(directory: string, entity: string): string {
  return join(directory, entity, 'analysis.json')
}

/** The analysis at a path, null if there is none. Fails with ANALYSIS_INVALID, which lists the problems. */
export async function readAnalysis(path: string): Promise<Analysis | null> {
  const text = await readIfThere(path)
  if (text === null) return null
  const parsed = parseAnalysis(text)
  if ('analysis' in parsed) return parsed.analysis
  throw analysisInvalid(path, parsed.problems)
}

/** The analyses in a folder; skips unusable ones, which fail where they are needed. */
export async function readAnalyses(directory: string): Promise<Analysis[]> {
  const paths = globSync('*/analysis.json', { cwd: directory }).toSorted()
  const texts = await Promise.all(paths.map((path) => readIfThere(join(directory, path))))
  return texts.flatMap((text) => {
    const parsed = parseAnalysis(text ?? '')
    return 'analysis' in parsed ? [parsed.analysis] : []
  })
}

export function analysisInvalid(path: string, problems: readonly string[]): HubgenError {
  const listed = problems.slice(0, LISTED_PROBLEMS).map((problem) => `\n  - ${problem}`)
  const more = problems.length - listed.length
  if (more > 0) listed.push(`\n  - and ${more} more`)
  return new HubgenError('ANALYSIS_INVALID', `the analysis is invalid:${listed.join('')}`, {
    at: path,
    fix:
      'correct these places, or restore the file from version control; only if nothing was generated ' +
      'from it yet, delete it and explore again',
  })
}

/** The result of writing an exploration's files. */
export interface WrittenAnalysis {
  readonly outcome: 'written' | 'unchanged'
  /** `edited`: a person changed it, so it was not overwritten. */
  readonly summary: 'ours' | 'edited'
}

/**
 * Writes `analysis.json` and `summary.txt` of an entity, each whole or not at all, and notes the summary in
 * `hubgen.sum`, so that `generate` knows it. Files that hold the same text already are left alone. An analysis
 * that `readAnalysis` would refuse is not written: it fails with ANALYSIS_INVALID.
 */
export async function writeAnalysis(
  directory: string,
  analysis: Analysis,
  earlier: Analysis | null,
): Promise<WrittenAnalysis> {
  const path = analysisPath(directory, analysis.entity)
  const text = serializeAnalysis(analysis)
  const parsed = parseAnalysis(text)
  if ('problems' in parsed) throw analysisInvalid(path, parsed.problems)
  const summary = await planSummary(directory, analysis, earlier)
  const changed = new Map<string, string>()
  for (const [file, wanted] of [[path, text] as const, ...summary.texts]) {
    if ((await readIfThere(file)) !== wanted) changed.set(file, wanted)
  }
  if (changed.size > 0) await replaceFiles(changed)
  const files = [...changed.keys()].filter((file) => file !== join(directory, CHECKSUM_FILE))
  return { outcome: files.length > 0 ? 'written' : 'unchanged', summary: summary.state }
}

/** The text of the summary with its checksum, by path; none if hubgen did not write the file. */
async function planSummary(
  directory: string,
  analysis: Analysis,
  earlier: Analysis | null,
): Promise<{
  readonly state: WrittenAnalysis['summary']
  readonly texts: ReadonlyMap<string, string>
}> {
  const name = `${analysis.entity}/summary.txt`
  const [path, sumsPath] = [join(directory, name), join(directory, CHECKSUM_FILE)]
  const text = renderSummary(analysis)
  const sums = parseChecksums((await readIfThere(sumsPath)) ?? '')
  const found = await readIfThere(path)
  const known = sums.get(name)
  const isOurs =
    found === null ||
    found === text ||
    checksum(found) === known ||
    (earlier !== null && checksum(found) === checksum(renderSummary(earlier)))
  if (!isOurs) return { state: 'edited', texts: new Map() }
  const next = formatChecksums(new Map([...sums, [name, checksum(text)]]))
  return {
    state: 'ours',
    texts: new Map([
      [path, text],
      [sumsPath, next],
    ]),
  }
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new HubgenError('FILE_UNREADABLE', 'the file cannot be read', {
      at: path,
      fix: 'check that it is a file, and its permissions',
      cause,
    })
  }
}
