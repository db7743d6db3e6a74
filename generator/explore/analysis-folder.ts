import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HubgenError } from '../../runtime/errors.ts'
import { replaceFiles } from '../disk/replace-files.ts'
import type { Analysis } from '../model/analysis.ts'
import { parseAnalysis, serializeAnalysis } from '../model/analysis-file.ts'
import { renderSummary } from '../render/report/summary.ts'

/** How many problems of one file are worth reading at once. */
const LISTED_PROBLEMS = 20

/** `<directory>/<entity>/analysis.json`. */
export function analysisPath(directory: string, entity: string): string {
  return join(directory, entity, 'analysis.json')
}

/**
 * The analysis at a path, null when there is none. One that cannot be read fails with ANALYSIS_INVALID
 * and everything that is wrong with it.
 */
export async function readAnalysis(path: string): Promise<Analysis | null> {
  const text = await readIfThere(path)
  if (text === null) return null
  const parsed = parseAnalysis(text)
  if ('analysis' in parsed) return parsed.analysis
  throw analysisInvalid(path, parsed.problems)
}

/** Analyses of custom objects in a folder; one that cannot be used is left to whoever needs it. */
export async function readCustomAnalyses(directory: string): Promise<readonly Analysis[]> {
  const paths = globSync('*/analysis.json', { cwd: directory }).toSorted()
  const texts = await Promise.all(paths.map((path) => readIfThere(join(directory, path))))
  return texts.flatMap((text) => {
    const parsed = parseAnalysis(text ?? '')
    return 'analysis' in parsed && parsed.analysis.objectType.custom ? [parsed.analysis] : []
  })
}

export function analysisInvalid(path: string, problems: readonly string[]): HubgenError {
  const listed = problems.slice(0, LISTED_PROBLEMS).map((problem) => `\n  - ${problem}`)
  const more = problems.length - listed.length
  if (more > 0) listed.push(`\n  - and ${more} more`)
  return new HubgenError('ANALYSIS_INVALID', `the analysis cannot be used:${listed.join('')}`, {
    at: path,
    fix:
      'mend these places, or restore the file from version control; only if nothing was generated ' +
      'from it yet, delete it and explore again',
  })
}

/**
 * Writes `analysis.json` and `summary.txt` of an entity, each whole or not at all. Files that hold the
 * same text already are left alone.
 */
export async function writeAnalysis(
  directory: string,
  analysis: Analysis,
): Promise<'written' | 'unchanged'> {
  const path = analysisPath(directory, analysis.entity)
  const texts = new Map([
    [path, serializeAnalysis(analysis)],
    [join(dirname(path), 'summary.txt'), renderSummary(analysis)],
  ])
  for (const [file, text] of texts) {
    if ((await readIfThere(file)) === text) texts.delete(file)
  }
  if (texts.size === 0) return 'unchanged'
  try {
    await replaceFiles(texts)
  } catch (cause) {
    throw new HubgenError('FILE_UNWRITABLE', 'the analysis cannot be written', {
      at: path,
      fix: 'check the permissions of the folder and the space on its disk, then run it again',
      cause,
    })
  }
  return 'written'
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new HubgenError('FILE_UNREADABLE', 'the file cannot be read', {
      at: path,
      fix: 'check its permissions, and that it is a file',
      cause,
    })
  }
}
