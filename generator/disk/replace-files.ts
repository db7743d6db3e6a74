import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { orUnwritable } from './or-unwritable.ts'

/**
 * Writes texts by path and creates their folders. Writes every text under another name before it replaces the
 * first file, so a full disk changes nothing. Fails with FILE_UNWRITABLE.
 */
export function replaceFiles(texts: ReadonlyMap<string, string>): Promise<void> {
  return orUnwritable('.', () => replaceAll(texts))
}

async function replaceAll(texts: ReadonlyMap<string, string>): Promise<void> {
  const drafts = new Map<string, string>()
  try {
    for (const [path, text] of texts) {
      await mkdir(dirname(path), { recursive: true })
      const draft = `${path}.${process.pid}.tmp`
      drafts.set(path, draft)
      await writeFile(draft, text)
    }
    for (const [path, draft] of drafts) await rename(draft, path)
  } catch (error) {
    await Promise.all([...drafts.values()].map((draft) => rm(draft, { force: true })))
    throw error
  }
}
