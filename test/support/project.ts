import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Simulator, SimulatorOptions } from '../../simulator/start-simulator.ts'
import type { Property } from '../../simulator/store.ts'
import { runHubgen } from './run-hubgen.ts'
import { startTestSimulator } from './simulator.ts'
import { temporaryDirectory } from './temporary-directory.ts'

interface Finished {
  readonly exitCode: number | null
  readonly out: string
  readonly err: string
}

/** A user's working directory and a simulated portal; commands run in it as processes. */
export interface Project extends AsyncDisposable {
  readonly directory: string
  readonly simulator: Simulator
  hubgen(...args: readonly string[]): Promise<Finished>
  read(path: string): Promise<string>
  write(path: string, text: string): Promise<void>
  /** Added to the environment of every command from now on. */
  readonly environment: Record<string, string>
}

export async function openProject(options: SimulatorOptions = {}): Promise<Project> {
  const stack = new AsyncDisposableStack()
  const simulator = stack.use(await startTestSimulator(options))
  const { path: directory } = stack.use(await temporaryDirectory())
  const environment: Record<string, string> = {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
  }
  return {
    directory,
    simulator,
    environment,
    async hubgen(...args) {
      const { exitCode, output, errors } = await runHubgen(directory, args, environment)
      return { exitCode, out: output, err: errors }
    },
    read: (path) => readFile(join(directory, path), 'utf8'),
    async write(path, text) {
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text)
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** The definition of a property that no portal has yet. */
export function newProperty(
  simulator: Simulator,
  typeId: string,
  change: Partial<Property>,
): Property {
  const [template] = simulator.store.properties(typeId)
  if (template === undefined) throw new Error(`\`${typeId}\` has no property`)
  const { archivedAt: _, ...property } = template
  return { ...property, archived: false, ...change }
}
