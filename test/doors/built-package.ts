import { cp, mkdir, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { askShared } from '../support/vitest/ask-shared.ts'

const repository = resolve(import.meta.dirname, '../..')

/**
 * Puts the package as published into `<directory>/node_modules/hubgen`, with its dependencies but without
 * types of Node or `pg`, and returns the path of its `dist`.
 */
export async function installBuiltPackage(directory: string): Promise<string> {
  const modules = join(directory, 'node_modules')
  const home = join(modules, 'hubgen')
  await mkdir(home, { recursive: true })
  await cp(join(repository, 'package.json'), join(home, 'package.json'))
  await symlink(join(repository, 'templates'), join(home, 'templates'))
  for (const name of ['kysely', 'pg', 'pino', 'zod', '@hubspot']) {
    await symlink(join(repository, 'node_modules', name), join(modules, name))
  }
  const dist = join(home, 'dist')
  await cp(await askShared('package'), dist, { recursive: true })
  return dist
}
