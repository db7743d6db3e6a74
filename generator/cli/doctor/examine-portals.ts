import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import { type PortalsFile, readPortalsFile } from '../../config/read-portals-file.ts'
import { databaseShared, findSharedDatabases } from '../../project/portals/check-databases.ts'
import { ownPortalsFile } from '../../project/portals/find-portal.ts'
import { searchedEnvironment } from '../../project/portals/portal-environment.ts'
import { readSecret, secretNames, secretsOf } from '../../project/portals/portal-secrets.ts'
import { examineQueue } from './examine-queue.ts'
import { type Finding, finding, findingOf, type Section } from './finding.ts'

/** Checks the portals file of a folder and its queue; null if the folder has none. Opens no portal's database and makes no calls. */
export async function examinePortals(workingDirectory: string): Promise<Section | null> {
  const title = 'Portals'
  try {
    const path = ownPortalsFile(workingDirectory, process.env)
    if (path === null) return null
    const file = await readPortalsFile(path)
    const found = `${countOf(file.portals.size, 'portal')} in hubgen.portals.ts`
    const read = finding('portals_file', 'ok', found)
    return {
      title,
      findings: [
        read,
        ...examineSecrets(file),
        ...(await examineDatabases(file)),
        ...(await examineQueue(file)),
      ],
    }
  } catch (error) {
    return { title, findings: [findingOf('portals_file', error)] }
  }
}

function examineSecrets(file: PortalsFile): readonly Finding[] {
  const environment = searchedEnvironment(file, process.env)
  const missing = [...secretNames(file)].flatMap((name): readonly Finding[] => {
    try {
      readSecret(file, name, environment, `needed ${usersOf(file, name)}`)
      return []
    } catch (error) {
      return [findingOf('portal_secrets', error)]
    }
  })
  if (missing.length > 0) return missing
  return [finding('portal_secrets', 'ok', `${countOf(secretNames(file).size, 'secret')} found`)]
}

function usersOf(file: PortalsFile, secret: string): string {
  const names = [...file.portals.values()]
    .filter((portal) => secretsOf(portal).includes(secret))
    .map(({ name }) => `\`${name}\``)
  if (names.length === 0) return 'for the queue'
  return names.length > 5 ? `for ${countOf(names.length, 'portal')}` : `for ${names.join(', ')}`
}

async function examineDatabases(file: PortalsFile): Promise<readonly Finding[]> {
  const shared = await findSharedDatabases(file, process.env)
  const failed = shared.map((one) => findingOf('portal_databases', databaseShared(file, one)))
  const ok = finding('portal_databases', 'ok', 'each portal has tables of its own')
  return [...(failed.length > 0 ? failed : [ok]), ...equalPortals(file)]
}

/** Each would take the other's calls: HubSpot counts them by portal. */
function equalPortals({ portals }: PortalsFile): readonly Finding[] {
  return [...Map.groupBy(portals.values(), ({ portalId }) => portalId)].flatMap(
    ([portalId, same]) => {
      if (same.length < 2) return []
      const names = same.map(({ name }) => `\`${name}\``).join(', ')
      const found = `${names} are one portal in HubSpot (${portalId}), and share its limit of calls`
      return [finding('portals_file', 'warning', found)]
    },
  )
}
