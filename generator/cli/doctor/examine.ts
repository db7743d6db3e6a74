import { HubgenError } from '../../../runtime/errors.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { examineAccess } from './examine-access.ts'
import { examineCopy } from './examine-copy.ts'
import { examineDatabase } from './examine-database.ts'
import { examineGenerated, type Generated } from './examine-generated.ts'
import { examineHubSpot, type Portal } from './examine-hubspot.ts'
import { examineMachine } from './examine-machine.ts'
import { examinePortals } from './examine-portals.ts'
import { examineSchema } from './examine-schema.ts'
import { examineSettings, type Settings } from './examine-settings.ts'
import { findingOf, type Section } from './finding.ts'

export interface ExamineRequest {
  readonly workingDirectory: string
  readonly directory: string
  /** Names of the entities' folders; null means all generated ones, or those of the configuration. */
  readonly names: readonly string[] | null
}

/** A section, and the number of API calls so far. */
export interface Examined extends Section {
  readonly calls: number
}

/**
 * Runs all checks, in the order in which a person would fix problems. A failure skips only the checks that
 * depend on it. Changes nothing, and does not create a missing embedded database. In the
 * folder of a portals file it checks that file; `--portals all` checks each portal.
 */
export async function* examine(request: ExamineRequest): AsyncGenerator<Examined> {
  const { workingDirectory, directory, names } = request
  yield { ...(await examineMachine(workingDirectory)), calls: 0 }
  const portals = await examinePortals(workingDirectory)
  if (portals !== null) {
    yield { ...portals, calls: 0 }
    return
  }
  const { section, settings } = await examineSettings(workingDirectory)
  yield { ...section, calls: 0 }
  const hubspot = await examineHubSpot(settings.hubspot)
  yield { ...hubspot.section, calls: hubspot.calls }
  const files = await examineGenerated({ directory, names, config: settings.config })
  yield { ...files.section, calls: hubspot.calls }
  const { portal } = hubspot
  const access = await examineAccess(
    portal,
    files.generated.map(({ entity }) => entity),
  )
  const calls = portal?.hubspot.calls ?? hubspot.calls
  yield { ...access, calls }
  for await (const one of examineCopies(settings, directory, files.generated, portal)) {
    yield { ...one, calls }
  }
}

async function* examineCopies(
  settings: Settings,
  directory: string,
  generated: readonly Generated[],
  portal: Portal | null,
): AsyncGenerator<Section> {
  const { section, database, missing } = await examineDatabase(settings.database)
  try {
    yield section
    const account = portal?.account ?? null
    yield await whileConnected('Schema', () =>
      examineSchema(database, missing, { directory, generated, account }),
    )
    yield await whileConnected('The copy', () => examineCopy(database, missing, generated))
  } finally {
    await closeQuietly(database)
  }
}

/** A database that becomes unreachable in the middle is reported as a finding. */
async function whileConnected(title: string, look: () => Promise<Section>): Promise<Section> {
  try {
    return await look()
  } catch (error) {
    return { title, findings: [findingOf('database', error)] }
  }
}

async function closeQuietly(database: Database | null): Promise<void> {
  try {
    await database?.close()
  } catch (error) {
    if (!(error instanceof HubgenError)) throw error
  }
}
