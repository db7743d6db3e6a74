import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Entity, PropertyCodec } from '../../runtime/entity.ts'
import { cleanEnvironment } from './child.ts'
import type { Portal } from './portal.ts'
import type { BenchDatabase } from './postgres.ts'

/** The output of `hubgen generate contacts` for a portal. */
export interface ContactsModule {
  /** Of `entity.ts`. */
  readonly path: string
  /** HubSpot's names of the properties that a sync requests. */
  readonly properties: readonly string[]
  /** Applies the migrations to an empty database. */
  migrate(database: BenchDatabase): void
}

const main = fileURLToPath(new URL('../../generator/cli/main.ts', import.meta.url))
/** Inside the project, where `hubgen/generated` resolves. */
const folder = fileURLToPath(new URL('../../.hubgen/bench', import.meta.url))
const directory = join(folder, String(process.pid))
process.once('exit', () => rmSync(directory, { recursive: true, force: true }))

/** Explores and generates contacts with the CLI, into a folder of this process. */
export async function generateContacts(portal: Portal): Promise<ContactsModule> {
  rmSync(directory, { recursive: true, force: true })
  await mkdir(directory, { recursive: true })
  const run = (environment: Readonly<Record<string, string>>, ...args: string[]) =>
    runHubgen(directory, environment, args)
  run(portal.environment, 'explore', 'contacts')
  run({}, 'generate', 'contacts')
  const path = join(directory, 'generated', 'contacts', 'entity.ts')
  return {
    path,
    properties: await propertiesOf(path),
    migrate: (database) => run({ DATABASE_URL: database.url }, 'migrate'),
  }
}

async function propertiesOf(path: string): Promise<readonly string[]> {
  const { contacts } = (await import(pathToFileURL(path).href)) as { contacts: Entity }
  const codecs: Readonly<Record<string, PropertyCodec>> = contacts.properties
  return [...new Set(Object.values(codecs).map(({ property }) => property))]
}

function runHubgen(
  directory: string,
  environment: Readonly<Record<string, string>>,
  args: readonly string[],
): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--conditions=hubgen-source', main, ...args],
    { cwd: directory, env: { ...cleanEnvironment(), ...environment }, encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`\`hubgen ${args.join(' ')}\` failed: ${stderr}`)
}
