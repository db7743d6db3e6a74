import { realpathSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { isMainThread } from 'node:worker_threads'
import type { Entity } from '../entity.ts'
import { loadEnvironment } from '../environment.ts'
import { HubgenError } from '../errors.ts'
import { exitOnClosedPipe } from './exit-on-closed-pipe.ts'
import { listenForInterrupt } from './interrupt.ts'
import { parseLimit } from './limit.ts'
import { type LogLevel, readLogLevel } from './log-level.ts'
import { nextCommand, openForSync } from './open-for-terminal.ts'
import { reportFailure } from './report-failure.ts'
import { readScope, type Scope } from './scope.ts'
import { syncInTerminal } from './sync-in-terminal.ts'

interface ScriptArguments extends Scope {
  readonly format: 'json' | 'text'
  readonly logLevel: LogLevel
  readonly help: boolean
  readonly allowDeletes: boolean
}

/**
 * Makes a generated module a program: `node generated/deals/sync.ts [limit] [--json]`. Does nothing
 * unless the module is what Node was started with; otherwise ends the process with its exit code.
 */
export async function runAsScript(meta: ImportMeta, entity: Entity): Promise<void> {
  if (!isMainModule(meta.url)) return
  exitOnClosedPipe()
  // A call that was given up may hold its connection open for minutes: nobody waits for it.
  process.exit(await runScript(meta.url, entity).catch(reportFailure))
}

async function runScript(moduleUrl: string, entity: Entity): Promise<number> {
  const path = fileURLToPath(moduleUrl)
  const { help, allowDeletes, ...options } = readArguments(process.argv.slice(2), path)
  if (help) {
    process.stdout.write(usageOf(path, entity))
    return 0
  }
  const { format } = options
  const database = await openForSync(format)
  const signal = listenForInterrupt()
  const { exitCode } = await syncInTerminal(entity, {
    ...options,
    ...(allowDeletes && { brake: false }),
    database,
    signal,
    command: `node ${relative('', path)}`,
  })
  if (exitCode === 0 && format === 'text') {
    process.stdout.write(`\n${nextCommand(join(dirname(path), 'queries.sql'))}\n`)
  }
  await database.close()
  return exitCode
}

function isMainModule(moduleUrl: string): boolean {
  const started = process.argv[1]
  if (started === undefined || !isMainThread || !moduleUrl.startsWith('file:')) return false
  return realPath(started) === realPath(fileURLToPath(moduleUrl))
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function readArguments(args: readonly string[], path: string): ScriptArguments {
  const negative = args.find((argument) => /^-\d/.test(argument))
  if (negative !== undefined) parseLimit(negative)
  const { values, positionals } = parse(args, path)
  const [limit, ...more] = positionals
  if (more.length > 0) throw usageError(`\`${more[0]}\` is one argument too many`, path)
  const scope = {
    limit: limit === undefined ? undefined : parseLimit(limit),
    full: values.full,
    since: values.since,
  }
  return {
    ...readScope(scope, helpOf(path)),
    format: values.json === true ? 'json' : 'text',
    logLevel: readLogLevel(values['log-level'], loadEnvironment(process.cwd()), helpOf(path)),
    help: values.help === true,
    allowDeletes: values['allow-deletes'] === true,
  }
}

function parse(args: readonly string[], path: string) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        full: { type: 'boolean' },
        since: { type: 'string' },
        'allow-deletes': { type: 'boolean' },
        json: { type: 'boolean' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error), path)
  }
}

function usageError(message: string, path: string): HubgenError {
  return new HubgenError('USAGE', message, { fix: helpOf(path) })
}

function helpOf(path: string): string {
  return `\`node ${relative('', path)} --help\``
}

function usageOf(path: string, { entity, table }: Entity): string {
  return [
    `node ${relative('', path)} [limit | --full | --since <time>] [--json]`,
    '',
    `Brings the table ${table} to the state of ${entity} in HubSpot: the first time everything is
read, then what changed.`,
    '',
    '  limit            read at most that many records, to try things out',
    '  --full           read every record again, from the first one on',
    '  --since          read what changed since then: 2026-11-25, 2026-11-25T08:00Z, 3d, 12h',
    '  --allow-deletes  mark as deleted what HubSpot no longer has, however much it is',
    '  --json           events as JSON lines instead of progress',
    '  --log-level      how much goes into the log: error, warn, info (the usual), debug',
    '  --help           this',
    '',
    `Settings come from the environment or from .env; the log goes to .hubgen/logs.`,
    '',
  ].join('\n')
}
