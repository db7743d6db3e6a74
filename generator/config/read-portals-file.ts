import { existsSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { configInvalid } from './config-error.ts'
import { importSettings } from './import-settings.ts'
import { describePortalProblems, type ParsedPortal, portalsSchema } from './portals-schema.ts'

/** Possible names of the portals file; a folder has at most one. */
const PORTALS_FILES = [
  'hubgen.portals.ts',
  'hubgen.portals.mts',
  'hubgen.portals.mjs',
  'hubgen.portals.js',
] as const

/** The portals file with its defaults filled in. Paths are absolute. */
export interface PortalsFile {
  readonly path: string
  /** The folder of the file. */
  readonly directory: string
  /** By name, in the order of the file. */
  readonly portals: ReadonlyMap<string, Portal>
  readonly queueFrom: string | null
  /** The folder with one file per secret. */
  readonly secrets: string | null
  readonly sliceSeconds: number
}

export interface Portal {
  readonly name: string
  readonly portalId: number
  readonly token: PortalToken
  readonly databaseFrom: string
  /** The working directory of its commands. */
  readonly folder: string
  /** The folder of generated files that it shares; null if it has its own. */
  readonly generated: string | null
  readonly schedule: PortalSchedule
}

/** The names of the secrets that lead to a token. */
type PortalToken =
  | { readonly kind: 'token'; readonly tokenFrom: string }
  | {
      readonly kind: 'oauth'
      readonly app: string
      readonly clientIdFrom: string
      readonly clientSecretFrom: string
      readonly refreshTokenFrom: string
    }

type PortalSchedule =
  | { readonly kind: 'every'; readonly seconds: number }
  | { readonly kind: 'at'; readonly cron: string; readonly timeZone: string }

const defaultEverySeconds = 15 * 60
const defaultSliceSeconds = 10 * 60

/** The path of the portals file in a directory or the nearest one above it; null if there is none. */
export function findPortalsFile(directory: string): string | null {
  const found = PORTALS_FILES.filter((name) => existsSync(join(directory, name)))
  const [file, other] = found
  if (file !== undefined && other !== undefined) {
    throw configInvalid(join(directory, file), [`\`${other}\` exists as well; keep one`], 'portals')
  }
  if (file !== undefined) return join(directory, file)
  const above = dirname(directory)
  return above === directory ? null : findPortalsFile(above)
}

/**
 * The contents of a portals file. Fails with CONFIG_UNREADABLE if it cannot be loaded, and with CONFIG_INVALID, which lists
 * all problems, if its contents are invalid.
 */
export async function readPortalsFile(path: string): Promise<PortalsFile> {
  const exported = await importSettings(path, 'definePortals')
  const parsed = portalsSchema.safeParse(exported, { reportInput: true })
  if (!parsed.success) {
    throw configInvalid(basename(path), describePortalProblems(parsed.error), 'portals')
  }
  const { apps = {}, every = defaultEverySeconds, slice, secrets, queueFrom } = parsed.data
  const directory = dirname(path)
  const portals = Object.entries(parsed.data.portals).map(([name, portal]): Portal => {
    const { portalId, databaseFrom, folder = join('portals', name), generated } = portal
    return {
      name,
      portalId,
      token: tokenOf(portal, apps),
      databaseFrom,
      folder: resolve(directory, folder),
      generated: generated === undefined ? null : resolve(directory, generated),
      schedule: scheduleOf(portal, every),
    }
  })
  const shared = findSharedFolders(portals)
  if (shared.length > 0) throw configInvalid(basename(path), shared, 'portals')
  return {
    path,
    directory,
    portals: new Map(portals.map((portal) => [portal.name, portal])),
    queueFrom: queueFrom ?? null,
    secrets: secrets === undefined ? null : resolve(directory, secrets),
    sliceSeconds: slice ?? defaultSliceSeconds,
  }
}

function tokenOf(
  { tokenFrom = '', oauth }: ParsedPortal,
  apps: Readonly<Record<string, { clientIdFrom: string; clientSecretFrom: string }>>,
): PortalToken {
  if (oauth === undefined) return { kind: 'token', tokenFrom }
  const { clientIdFrom = '', clientSecretFrom = '' } = apps[oauth.app] ?? {}
  return { kind: 'oauth', ...oauth, clientIdFrom, clientSecretFrom }
}

function scheduleOf({ every, at, timeZone }: ParsedPortal, seconds: number): PortalSchedule {
  if (at === undefined) return { kind: 'every', seconds: every ?? seconds }
  return { kind: 'at', cron: at, timeZone: timeZone ?? 'UTC' }
}

/** Two portals in one folder would write into each other's files. */
function findSharedFolders(portals: readonly Portal[]): readonly string[] {
  const first = new Map<string, string>()
  return portals.flatMap(({ name, folder }) => {
    const other = first.get(folder)
    first.set(folder, other ?? name)
    return other === undefined ? [] : [`portals.${name}.folder: is also the folder of \`${other}\``]
  })
}
