import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hubgenMain } from './run-hubgen.ts'

/**
 * Installs `node_modules/.bin/hubgen` from these sources in a folder, an `npx` that runs it, and an `npm` that does
 * nothing. Returns the PATH with them first.
 */
export async function installCommands(directory: string): Promise<string> {
  const binaries = join(directory, 'node_modules/.bin')
  await mkdir(binaries, { recursive: true })
  const run = `exec '${process.execPath}' --conditions=hubgen-source '${hubgenMain}' "$@"`
  for (const [name, text] of [
    ['hubgen', run],
    ['npx', `shift\n${run}`],
    ['npm', 'exit 0'],
  ] as const) {
    await writeFile(join(binaries, name), `#!/bin/sh\n${text}\n`)
    await chmod(join(binaries, name), 0o755)
  }
  return `${binaries}:${process.env['PATH'] ?? ''}`
}
