import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pino } from 'pino'
import { describeEvent } from './describe-event.ts'
import type { SyncEvent } from './events.ts'
import { plainEvent } from './events.ts'
import { isLogged, type LogLevel, levelOf } from './log-level.ts'

/**
 * The log of one run: a text file and a JSON Lines file with the same lines. It names records and
 * properties, never values. When `write` returns, the lines are in the files.
 */
export interface RunLog {
  /** Path of the text file; the other has the same name with `.jsonl`. Null for a run without a log. */
  readonly path: string | null
  /**
   * Takes redacted events and skips those above the log's level. A log that cannot be written stops no run: the failure
   * is returned once, and later events are left out.
   */
  write(events: readonly SyncEvent[]): LogFailure | null
  close(): void
}

/** Why a run has no log, or only its beginning. */
class LogFailure {
  readonly message: string
  readonly fix =
    'free space on its disk, let this user write there, or set HUBGEN_LOGS to another folder or to `off`'

  constructor(directory: string, code: string) {
    const place = relative('', directory) || '.'
    this.message = `the log in \`${place}\` cannot be written (${code}); the run continues without it`
  }
}

/** Creates both files, or none if the directory is null. The caller closes the log. */
export function openRunLog(
  directory: string | null,
  entity: string,
  startedAt: Date,
  level: LogLevel,
): RunLog {
  if (directory === null) return { path: null, write: () => null, close() {} }
  const time = startedAt.toISOString().replaceAll(/[:.]/g, '-')
  const name = join(directory, `hubspot_${entity}_sync_log_${time}`)
  const path = `${name}.txt`
  const files = tryToLog(directory, () => openFiles(directory, name))
  if (files instanceof LogFailure) return { path: null, write: onceOnly(files), close() {} }
  let failed = false
  return {
    path,
    write(events) {
      if (failed) return null
      const logged = events.filter((event) => isLogged(event, level))
      const failure = tryToLog(directory, () => files.write(logged))
      failed = failure instanceof LogFailure
      return failure instanceof LogFailure ? failure : null
    },
    close: () => files.close(),
  }
}

function onceOnly(failure: LogFailure): () => LogFailure | null {
  let next: LogFailure | null = failure
  return () => {
    const now = next
    next = null
    return now
  }
}

interface LogFiles {
  write(events: readonly SyncEvent[]): void
  close(): void
}

function openFiles(directory: string, name: string): LogFiles {
  mkdirSync(directory, { recursive: true })
  const [text, json] = [openLines(`${name}.txt`), openLines(`${name}.jsonl`)]
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
    write(events) {
      for (const event of events) {
        const line = describeEvent(event)
        text.add(`${event.at} ${line}\n`)
        logger[levelOf(event)](plainEvent(event), line)
      }
      text.flush()
      json.flush()
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

/** A file that is written synchronously, so that its lines are complete if the process ends. */
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

/** Returns errors of the file system, and throws others. */
function tryToLog<T>(directory: string, work: () => T): T | LogFailure {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    return new LogFailure(directory, code)
  }
}

function namedLevel(level: string) {
  return { level }
}
