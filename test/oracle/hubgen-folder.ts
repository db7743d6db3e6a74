import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import type { Entity } from '../../runtime/entity.ts'
import { runHubgen } from '../support/run-hubgen.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** A user's folder with the generated files from which a run is made. */
export interface HubgenFolder {
  readonly directory: string
  readonly entityNames: readonly string[]
  /** Explores, generates and migrates with the CLI and this hubgen.config.ts. */
  generate(config: object, environment: Readonly<Record<string, string>>): Promise<void>
  analyses(): Promise<readonly Analysis[]>
  /** The entities of the generated modules, in the order of `sync --all`. */
  entities(): Promise<readonly Entity[]>
}

/** Uses an existing folder unchanged. */
export async function openHubgenFolder(
  directory: string,
  entityNames: readonly string[],
): Promise<HubgenFolder> {
  // Installs the package there, because nothing else resolves it from that folder.
  await mkdir(join(directory, 'node_modules'), { recursive: true })
  await symlink(root, join(directory, 'node_modules/hubgen')).catch(() => {})
  let generations = 0
  let imported: Promise<readonly Entity[]> | null = null
  const importEntities = async () => {
    // A process loads a module once, so each generation is loaded from a new copy.
    const copy = join(directory, `imported-${process.pid}-${generations}`)
    await cp(join(directory, 'generated'), copy, { recursive: true })
    return Promise.all(entityNames.toSorted().map((name) => importEntity(copy, name)))
  }
  return {
    directory,
    entityNames,
    async generate(config, environment) {
      generations += 1
      imported = null
      const text = `export default ${JSON.stringify(config)}\n`
      await writeFile(join(directory, 'hubgen.config.ts'), text)
      for (const args of [['explore', ...entityNames], ['generate', '--all'], ['migrate']]) {
        const { exitCode, output, errors } = await runHubgen(directory, args, environment)
        if (exitCode !== 0) throw new Error(`hubgen ${args.join(' ')}:\n${output}\n${errors}`)
      }
    },
    analyses: () => Promise.all(entityNames.map((name) => readAnalysis(directory, name))),
    entities() {
      imported ??= importEntities()
      return imported
    },
  }
}

async function importEntity(generated: string, name: string): Promise<Entity> {
  const url = pathToFileURL(join(generated, name, 'entity.ts')).href
  const module: Record<string, Entity> = await import(url)
  const entity = Object.values(module).find((each) => each.name === name)
  if (entity === undefined) throw new Error(`generated/${name}/entity.ts exports no entity`)
  return entity
}

async function readAnalysis(directory: string, name: string): Promise<Analysis> {
  const text = await readFile(join(directory, 'generated', name, 'analysis.json'), 'utf8')
  const parsed = parseAnalysis(text)
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'))
  return parsed.analysis
}
