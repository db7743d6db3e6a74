import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { applyPlan, readGeneratedFolder } from '../../generator/disk/generated-folder.ts'
import { exploreSavedFile } from '../../generator/explore/explore-portal.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { planGeneration } from '../../generator/project/plan-generation.ts'
import type { TestServer } from '../../test/support/test-server.ts'
import { checkSql } from './check-sql.ts'
import { checkTypes, createPackage } from './check-types.ts'

export interface CheckedFile {
  readonly row: CheckedRow
  /** One line each; empty if there are no problems, or if there was nothing to check. */
  readonly problems: readonly string[]
}

/** One line of the table; seconds are of this machine. */
type CheckedRow = {
  readonly file: string
  readonly entity: string
  readonly properties: number | null
  readonly 'generate s': string
  readonly 'tsc s': string
  readonly postgres: string
  readonly again: string
  /** `ok`, `FAILED`, or the reason for skipping it. */
  readonly result: string
}

const NOTHING = {
  entity: '',
  properties: null,
  'generate s': '',
  'tsc s': '',
  postgres: '',
  again: '',
}

/** Checks one saved answer, from definitions to executed SQL, in its own folder. */
export async function checkFile(
  directory: string,
  file: string,
  workspace: string,
  servers: ReadonlyMap<string, TestServer>,
): Promise<CheckedFile> {
  const path = join(directory, file)
  const reason = skipReason(readFileSync(path, 'utf8'))
  if (reason !== null) return { row: { file, ...NOTHING, result: reason }, problems: [] }
  try {
    return await checkDefinitions(path, file, workspace, servers)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    return { row: { file, ...NOTHING, result: 'FAILED' }, problems: [problem] }
  }
}

async function checkDefinitions(
  path: string,
  file: string,
  workspace: string,
  servers: ReadonlyMap<string, TestServer>,
): Promise<CheckedFile> {
  createPackage(workspace)
  const generated = join(workspace, 'generated')
  const started = performance.now()
  const { explored } = await exploreSavedFile(generated, basename(file, '.json'), path)
  await applyPlan(generated, (await planGeneration(generated, 'all')).plan)
  const generateMs = performance.now() - started
  const again = (await planGeneration(generated, 'all')).plan.write.size
  const files = await readGeneratedFolder(generated)
  const [exploration] = explored
  const entity = exploration?.entity ?? ''
  const analysis = readParsed(files.get(`${entity}/analysis.json`) ?? '')
  const sqlProblems: string[] = []
  for (const [name, server] of servers) {
    for (const problem of await checkSql(server.url, analysis, files)) {
      sqlProblems.push(`${name}: ${problem}`)
    }
  }
  const types = checkTypes(workspace)
  const problems = [
    ...(again === 0 ? [] : [`a second generate would write ${again} files`]),
    ...sqlProblems,
    ...types.problems,
  ]
  const row = {
    file,
    entity,
    properties: analysis.properties.length,
    'generate s': (generateMs / 1000).toFixed(2),
    'tsc s': types.seconds.toFixed(2),
    postgres: sqlProblems.length === 0 ? [...servers.keys()].join(', ') : 'FAILED',
    again: again === 0 ? 'unchanged' : 'FAILED',
    result: problems.length === 0 ? 'ok' : 'FAILED',
  }
  return { row, problems }
}

/** A file of names, or of other data, contains no definitions to check. */
function skipReason(text: string): string | null {
  const body: unknown = JSON.parse(text)
  const list: unknown = Array.isArray(body) ? body : Object(body).results
  if (Array.isArray(list) && list.some((entry) => 'type' in Object(entry))) return null
  return Array.isArray(list) || 'properties' in Object(body)
    ? 'skipped: names only'
    : 'skipped: no definitions'
}

function readParsed(text: string): Analysis {
  const parsed = parseAnalysis(text)
  if ('analysis' in parsed) return parsed.analysis
  throw new Error(parsed.problems.join('; '))
}
