import { globSync } from 'node:fs'
import type { Entity } from '../../../runtime/entity.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import { formatCount } from '../../../runtime/words/numbers-as-text.ts'
import type { Config } from '../../config/read-config.ts'
import { analysisPath, readAnalysis } from '../../explore/analysis-folder.ts'
import type { Analysis } from '../../model/analysis.ts'
import { choosePresent } from '../../project/choose-entities.ts'
import { findFileDrift } from '../../project/find-drift.ts'
import { importEntity } from '../../project/import-entity.ts'
import { commonJsPackage, moduleTypeFix } from '../../project/module-type.ts'
import { type Finding, finding, findingOf, type Section } from './finding.ts'

/** An entity whose generated files are usable. */
export interface Generated {
  readonly entity: Entity
  readonly analysis: Analysis
}

export interface GeneratedRequest {
  readonly directory: string
  /** Names of the entities' folders; null means all generated ones, or those of the configuration. */
  readonly names: readonly string[] | null
  readonly config: Config | null
}

/** Checks that generated files exist, match the analyses and can be loaded. */
export async function examineGenerated({ directory, names, config }: GeneratedRequest): Promise<{
  readonly section: Section
  readonly generated: readonly Generated[]
}> {
  const chosen = chooseAll(directory, names, config)
  const files = await examineFiles(directory, chosen.names)
  const packageFinding = examinePackage(directory)
  const findings: Finding[] = [packageFinding, chosen.finding, ...files]
  const generated: Generated[] = []
  // Loading would fail for every entity with the same error.
  const loadable = packageFinding.state === 'failed' ? [] : chosen.names
  for (const name of loadable) {
    const loaded = await load(directory, name)
    if ('check' in loaded) findings.push(loaded)
    else {
      generated.push(loaded)
      findings.push(
        finding('modules', 'ok', 'the generated module can be loaded', { entity: name }),
      )
    }
  }
  return { section: { title: 'Generated files', findings }, generated }
}

function chooseAll(
  directory: string,
  names: readonly string[] | null,
  config: Config | null,
): { readonly names: readonly string[]; readonly finding: Finding } {
  try {
    const { entities: chosen, missing } =
      names === null
        ? choosePresent(directory, config?.entities, 'doctor')
        : { entities: names, missing: [] }
    const count = chosen.length === 1 ? 'one entity' : `${formatCount(chosen.length)} entities`
    if (missing.length === 0) {
      return { names: chosen, finding: finding('generated', 'ok', `${count} examined`) }
    }
    const listed = missing.map((name) => `\`${name}\``).join(', ')
    const found = `${count} examined; in hubgen.config.ts, but not generated: ${listed}`
    const fix = `\`hubgen explore ${missing.join(' ')}\`, then \`hubgen generate ${missing.join(' ')}\``
    return { names: chosen, finding: finding('generated', 'warning', found, { fix }) }
  } catch (error) {
    // A warning only: somebody who has just begun has no generated files yet.
    const found = findingOf('generated', error, { state: 'warning' })
    const explored = globSync('*/analysis.json', { cwd: directory }).length > 0
    const generate = '`hubgen generate --all`, from what was explored'
    return { names: [], finding: explored ? { ...found, fix: generate } : found }
  }
}

async function examineFiles(
  directory: string,
  names: readonly string[],
): Promise<readonly Finding[]> {
  if (names.length === 0) return []
  try {
    const drifts = await findFileDrift({ directory, folder: 'part' }, names)
    if (drifts.length === 0) {
      return [finding('files', 'ok', 'the files match the analyses')]
    }
    const edited = drifts.filter(({ kind }) => kind === 'file_edited').length
    const listed = drifts.slice(0, listedFiles).map(({ subject }) => `\`${subject}\``)
    const more = drifts.length - listed.length
    const which = `${listed.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    const fix =
      edited > 0
        ? '`hubgen generate --all --check` shows the differences; move edits elsewhere'
        : '`hubgen generate --all`'
    const count =
      drifts.length === 1 ? '1 file differs' : `${formatCount(drifts.length)} files differ`
    const found = `${count} from the analyses: ${which}`
    return [finding('files', 'warning', found, { fix })]
  } catch (error) {
    return [findingOf('files', error)]
  }
}

const listedFiles = 3

function examinePackage(directory: string): Finding {
  const path = commonJsPackage(directory)
  if (path === undefined)
    return finding('package', 'ok', 'Node reads generated modules as ES modules')
  return finding(
    'package',
    'failed',
    'the package says `"type": "commonjs"`, but generated modules are ES modules',
    { at: path, fix: moduleTypeFix },
  )
}

async function load(directory: string, name: string): Promise<Generated | Finding> {
  try {
    const path = analysisPath(directory, name)
    const analysis = await readAnalysis(path)
    if (analysis === null) {
      throw new HubgenError('ANALYSIS_MISSING', 'there is no analysis', {
        at: path,
        fix: 'restore the file from version control',
      })
    }
    return { entity: await importEntity(directory, name), analysis }
  } catch (error) {
    return findingOf('modules', error, { entity: name })
  }
}
