import { readdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { WritePlan } from './plan-write.ts'
import { replaceFiles } from './replace-files.ts'

/** Every file in the folder by its path inside it, with `/`; empty when there is no such folder. */
export async function readGeneratedFolder(directory: string): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>()
  for (const path of await listFiles(directory)) {
    files.set(relative(directory, path).split(sep).join('/'), await readFile(path, 'utf8'))
  }
  return files
}

/** Carries out a plan. The checksums are written last, so an interrupted run can be repeated. */
export async function applyPlan(directory: string, plan: WritePlan): Promise<void> {
  const texts = [...plan.write].map(([path, text]): [string, string] => [
    join(directory, path),
    text,
  ])
  await replaceFiles(new Map(texts))
  for (const path of plan.remove) await removeFile(join(directory, path))
}

async function listFiles(directory: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(directory, { recursive: true, withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** With its folder, where nothing else is in it. */
async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
  try {
    await rmdir(dirname(path))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOTEMPTY' && code !== 'EEXIST' && code !== 'ENOENT') throw error
  }
}
