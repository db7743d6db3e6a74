import { execFileSync } from 'node:child_process'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'

/** The files of an embedded database that was used once: `initdb` takes longer than most tests. */
export interface UsedEmbedded extends AsyncDisposable {
  /** Into the folder of a project. The files keep their owners; the next start chooses a port. */
  copyTo(directory: string): void
}

export async function openUsedEmbedded(): Promise<UsedEmbedded> {
  const used = await mkdtemp(join(tmpdir(), 'hubgen-embedded-'))
  await chmod(used, 0o755)
  await (await openDatabase(readDatabaseSettings({}, used))).close()
  await rm(join(used, '.hubgen', 'postgres', 'port'))
  return {
    copyTo: (directory) => {
      execFileSync('cp', ['-a', join(used, '.hubgen'), directory])
    },
    [Symbol.asyncDispose]: () => rm(used, { recursive: true, force: true }),
  }
}
