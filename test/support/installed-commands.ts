import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hubgenMain } from './run-hubgen.ts'

/** A process for each command, which gets the signals that are sent to it. */
export const ownProcess = `exec '${process.execPath}' --conditions=hubgen-source '${hubgenMain}' "$@"`

/**
 * Installs `node_modules/.bin/hubgen` from these sources in a folder, an `npx` that runs it, and an `npm` that does
 * nothing. Returns the PATH with them first. `run` has other lines of bash that run a command.
 */
export async function installCommands(
  directory: string,
  run: string = ownProcess,
): Promise<string> {
  const binaries = join(directory, 'node_modules/.bin')
  await mkdir(binaries, { recursive: true })
  for (const [name, text] of [
    ['hubgen', run],
    ['npx', `shift\n${run}`],
    ['npm', 'exit 0'],
  ] as const) {
    await writeFile(join(binaries, name), `#!/bin/bash\n${text}\n`)
    await chmod(join(binaries, name), 0o755)
  }
  return `${binaries}:${process.env['PATH'] ?? ''}`
}
