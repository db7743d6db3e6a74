import { fstatSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A temporary file for the output of another process. It has no name on disk, so nothing of it stays when all processes
 * that have it open have ended, however they end; and it outlives this process, which a pipe would not.
 */
export function openUnnamedFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'hubgen-'))
  try {
    return openSync(join(folder, 'output.txt'), 'ax+', 0o600)
  } finally {
    removeFolder(folder)
  }
}

/** Windows may keep a file that is open. */
function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {}
}

/** The end of its text. */
export function readEndOf(file: number, mostBytes: number): string {
  const { size } = fstatSync(file)
  const bytes = Buffer.alloc(Math.min(size, mostBytes))
  readSync(file, bytes, 0, bytes.length, size - bytes.length)
  return bytes.toString('utf8')
}
