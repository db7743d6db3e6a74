import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { HubgenError } from '../errors.ts'
import { describeEvent } from './describe-event.ts'
import type { SyncEvent } from './events.ts'
import { plainEvent } from './events.ts'
import { isLogged, type LogLevel, levelOf } from './log-level.ts'

/**
 * The log of one run: a text file and a JSON Lines file with the same lines. It names records and
 * properties, never values. When `write` returns, the lines are in the files.
 */
export interface RunLog {
  /** Path of the text file; the other has the same name with `.jsonl`. */
  readonly path: string
  /** Takes redacted events and skips those above the log's level; fails with LOG_WRITE_FAILED. */
  write(events: readonly SyncEvent[]): void
  close(): void
}

/** Creates both files; fails with LOG_WRITE_FAILED. The caller closes the log. */
export function openRunLog(
  directory: string,
  entity: string,
  startedAt: Date,
  level: LogLevel,
): RunLog {
  const time = startedAt.toISOString().replaceAll(/[:.]/g, '-')
  const name = join(directory, `hubspot_${entity}_sync_log_${time}`)
  const path = `${name}.txt`
  const [text, json] = orLogWriteFailed(path, () => {
    mkdirSync(directory, { recursive: true })
    return [openLines(path), openLines(`${name}.jsonl`)]
  })
  const logger = pino(
    {
      level: 'debug',
      base: null,
      timestamp: false,
      messageKey: 'text',
      formatters: { level: namedLevel },
    },
    { write: (line) => json.add(line) },
  )
  return {
    path,
    write(events) {
      for (const event of events) {
        if (!isLogged(event, level)) continue
        const line = describeEvent(event)
        text.add(`${event.at} ${line}\n`)
        logger[levelOf(event)](plainEvent(event), line)
      }
      orLogWriteFailed(path, () => {
        text.flush()
        json.flush()
      })
    },
    close() {
      text.close()
      json.close()
    },
  }
}

interface Lines {
  add(line: string): void
  flush(): void
  close(): void
}

/** A file that is written synchronously, so that a full disk is noticed before the next step. */
function openLines(path: string): Lines {
  const file = openSync(path, 'ax')
  let waiting = ''
  return {
    add(line) {
      waiting += line
    },
    flush() {
      let bytes = Buffer.from(waiting)
      waiting = ''
      while (bytes.length > 0) bytes = bytes.subarray(writeSync(file, bytes))
    },
    close: () => closeSync(file),
  }
}

function orLogWriteFailed<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new HubgenError('LOG_WRITE_FAILED', `the run's log cannot be written (${code})`, {
      at: path,
      fix: 'free some disk space, or let this user write there',
      cause,
    })
  }
}

function namedLevel(level: string) {
  return { level }
}
