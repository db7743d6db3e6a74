import pg from 'pg'
import { machine } from '../../machine.ts'
import { lockNotAvailable } from './migration-error.ts'

/**
 * How long a statement that changes a table waits for its lock. Later queries on the table queue behind it,
 * so it gives up soon and tries again.
 */
export const lockWait = '1500ms'

/** Number of attempts on a busy table, and the maximum random pause between them. */
export interface LockPatience {
  readonly attempts: number
  readonly mostPauseMs: number
}

/** About a minute in total. */
const usualPatience: LockPatience = { attempts: 30, mostPauseMs: 1_500 }

/** Retries a transaction while a lock that it needs is not free. */
export async function retryLocks<Result>(
  transaction: () => Promise<Result>,
  { attempts, mostPauseMs }: LockPatience = usualPatience,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction()
    } catch (error) {
      if (!isLockNotFree(error) || attempt >= attempts) throw error
    }
    await machine.pause(mostPauseMs * (0.2 + 0.8 * machine.random()))
  }
}

function isLockNotFree(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === lockNotAvailable
}
