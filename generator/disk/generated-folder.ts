import { readdir, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { orUnwritable } from './or-unwritable.ts'
import type { WritePlan } from './plan-write.ts'
import { replaceFiles } from './replace-files.ts'

/**
 * Every file in the folder by its path inside it, with `/`; empty if there is no such folder. Follows
 * symbolic links; a broken link counts as an empty file.
 */
export async function readGeneratedFolder(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const { path } of await listFiles(directory)) {
    files.set(pathInside(directory, path), await readFile(path, 'utf8').catch(unlessMissing('')))
  }
  return files
}

/** Those of these files that are symbolic links: writing them would replace the link by a file. */
export async function findLinkedFiles(directory: string): Promise<ReadonlySet<string>> {
  const files = await listFiles(directory)
  return new Set(
    files.filter(({ linked }) => linked).map(({ path }) => pathInside(directory, path)),
  )
}

function pathInside(directory: string, path: string): string {
  return relative(directory, path).split(sep).join('/')
}

/**
 * Carries out a plan. The checksums are written last, so an interrupted run can be repeated. Fails with FILE_UNWRITABLE.
 */
export async function applyPlan(directory: string, plan: WritePlan): Promise<void> {
  const texts = [...plan.write].map(([path, text]): [string, string] => [
    join(directory, path),
    text,
  ])
  await replaceFiles(new Map(texts))
  await orUnwritable(directory, async () => {
    for (const path of plan.remove) await removeFile(join(directory, path))
  })
}

interface ListedFile {
  readonly path: string
  readonly linked: boolean
}

/** By path. `above` are the real paths of the parent folders: a link to one of them would be a cycle. */
async function listFiles(
  directory: string,
  above: readonly string[] = [],
): Promise<readonly ListedFile[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(unlessMissing([]))
  if (entries.length === 0) return []
  const here = await realpath(directory)
  if (above.includes(here)) return []
  const files: ListedFile[] = []
  for (const entry of entries) {
    const path = join(directory, entry.name)
    const linked = entry.isSymbolicLink()
    const leadsTo = linked ? await stat(path).catch(unlessMissing(null)) : entry
    if (leadsTo?.isDirectory() === true) files.push(...(await listFiles(path, [...above, here])))
    else if (linked || entry.isFile()) files.push({ path, linked })
  }
  return files.sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** ELOOP: links that lead to each other count as missing, too. */
function unlessMissing<Instead>(instead: Instead) {
  return (error: NodeJS.ErrnoException): Instead => {
    if (error.code === 'ENOENT' || error.code === 'ELOOP') return instead
    throw error
  }
}

/** Also removes its folder if that is empty then. */
async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
  try {
    await rmdir(dirname(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
  }
}
