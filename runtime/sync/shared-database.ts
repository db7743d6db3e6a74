import type { Database } from '../postgres/connection/database.ts'
import { openDatabase } from '../postgres/connection/database.ts'
import type { DatabaseSettings } from '../postgres/connection/settings.ts'

/** A database that several runs of this process share. */
export interface SharedDatabase {
  readonly database: Database
  /** The last run to leave closes the database. */
  leave(): Promise<void>
}

interface Opened {
  readonly opening: Promise<Database>
  users: number
}

const opened = new Map<string, Opened>()

/** Opens the database, or joins runs that have it open: one pool serves all runs of the process. */
export async function joinDatabase(settings: DatabaseSettings): Promise<SharedDatabase> {
  const key = JSON.stringify(settings)
  const shared = opened.get(key) ?? { opening: openDatabase(settings), users: 0 }
  opened.set(key, shared)
  shared.users++
  const leave = async () => {
    shared.users--
    if (shared.users > 0) return
    if (opened.get(key) === shared) opened.delete(key)
    await (await shared.opening).close()
  }
  try {
    return { database: await shared.opening, leave }
  } catch (error) {
    // The next caller tries again.
    if (opened.get(key) === shared) opened.delete(key)
    throw error
  }
}
