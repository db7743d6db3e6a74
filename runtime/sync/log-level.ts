import type { Environment } from '../environment.ts'
import { HubgenError } from '../errors.ts'
import type { SyncEvent } from './events.ts'

/** From fewest to most lines; each level includes those before it. */
const logLevels = ['error', 'warn', 'info', 'debug'] as const

export type LogLevel = (typeof logLevels)[number]

/** HUBGEN_LOG_LEVEL, or `info` if it is not set. Fails with USAGE for an unknown level. */
export function readLogLevel(environment: Environment): LogLevel {
  const set = environment['HUBGEN_LOG_LEVEL']?.trim() ?? ''
  if (set === '') return 'info'
  return parseLogLevel(set, 'HUBGEN_LOG_LEVEL', 'correct it in the environment or in .env')
}

/** Whether a log of that level includes the event. */
export function isLogged(event: SyncEvent, level: LogLevel): boolean {
  return logLevels.indexOf(levelOf(event)) <= logLevels.indexOf(level)
}

export function levelOf(event: SyncEvent): LogLevel {
  switch (event.type) {
    case 'batch_failed':
    case 'run_not_started':
      return 'error'
    case 'retry':
    case 'database_retry':
    case 'value_rejected':
    case 'record_rejected':
      return 'warn'
    case 'run_finished':
      return event.report.error === null ? 'info' : 'error'
    // Batches are logged at `info`; pages help only to find where the time goes.
    case 'page_read':
      return 'debug'
    default:
      return 'info'
  }
}

/** Fails with USAGE for an unknown level; `where` is the flag or variable that has it. */
export function parseLogLevel(text: string, where: string, help: string): LogLevel {
  const known = logLevels.find((level) => level === text.toLowerCase())
  if (known !== undefined) return known
  const names = logLevels.map((level) => `\`${level}\``).join(', ')
  const nearest = nearestLevel(text.toLowerCase())
  throw new HubgenError('USAGE', `\`${where}\` takes ${names}, found \`${text}\``, {
    fix: nearest === undefined ? help : `did you mean \`${nearest}\`?`,
  })
}

/** Maps level names of other programs, then compares first letters, which are unique among our levels. */
function nearestLevel(text: string): LogLevel | undefined {
  if (['trace', 'verbose', 'all'].includes(text)) return 'debug'
  if (['fatal', 'critical'].includes(text)) return 'error'
  return logLevels.find((level) => level[0] === text[0])
}
