import { dirname } from 'node:path'
import type { Environment } from '../../../runtime/environment.ts'
import { HubgenError } from '../../../runtime/errors.ts'
import {
  findPortalsFile,
  type Portal,
  type PortalsFile,
  readPortalsFile,
} from '../../config/read-portals-file.ts'
import { nearestName } from '../../model/nearest-name.ts'
import { visibleJson } from '../../render/text/escape-text.ts'

/** The portals file of a working directory or of a folder above it. Fails with PORTALS_FILE_MISSING. */
export async function readNearestPortals(directory: string): Promise<PortalsFile> {
  const path = findPortalsFile(directory)
  if (path !== null) return await readPortalsFile(path)
  throw new HubgenError(
    'PORTALS_FILE_MISSING',
    'there is no hubgen.portals.ts in this folder or above it',
    { at: directory, fix: 'run it in the folder of hubgen.portals.ts; docs/portals.md shows one' },
  )
}

/** The path of the portals file in a working directory itself, unless the command runs for one of its portals. */
export function ownPortalsFile(directory: string, environment: Environment): string | null {
  const path = findPortalsFile(directory)
  const isForPortal = (environment['HUBGEN_PORTAL'] ?? '') !== ''
  return path === null || isForPortal || dirname(path) !== directory ? null : path
}

/** Fails with UNKNOWN_PORTAL, which names the nearest one. */
export function findPortal({ portals, path }: PortalsFile, name: string): Portal {
  const portal = portals.get(name)
  if (portal !== undefined) return portal
  const names = [...portals.keys()]
  const nearest = nearestName(name, names)
  const shown = names.slice(0, 20).join(', ')
  const more = names.length > 20 ? `, and ${names.length - 20} others` : ''
  throw new HubgenError('UNKNOWN_PORTAL', `there is no portal ${visibleJson(name)}`, {
    at: path,
    fix: nearest === null ? `use one of ${shown}${more}` : `did you mean \`${nearest}\`?`,
  })
}
