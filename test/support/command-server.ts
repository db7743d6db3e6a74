/**
 * Runs commands of hubgen one after another in this process, for tests that read a command's output and exit
 * code: modules are loaded and compiled once. A command sees a process like its own: working directory,
 * variables, arguments, exit code, listeners, and the user's modules as they are on disk now. A command that
 * ends its process ends this one. Started by `run-command.ts`.
 */
import { registerHooks } from 'node:module'
import { dirname } from 'node:path'
import { runProgram } from '../../generator/cli/run-program.ts'
import { resolveOwnModules } from '../../generator/config/own-modules.ts'
import { forgetRateLimiters } from '../../runtime/hubspot/limits/rate-limiter.ts'

/** The command that the process has to run. */
export interface CommandOrder {
  /** The script of the command line, which the command finds in its arguments. */
  readonly main: string
  readonly directory: string
  readonly args: readonly string[]
  readonly environment: NodeJS.ProcessEnv
  /** Printed on both streams once the command has ended; on standard output the exit code follows. */
  readonly mark: string
}

/** The folder of the package, of the sources or of their bundle. */
const own = new URL('.', import.meta.resolve('hubgen/package.json')).href
let commands = 0

// The hooks of hubgen first, so that these see their results.
resolveOwnModules()
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    if (!found.url.startsWith('file:') || isOurs(found.url)) return found
    return { ...found, url: `${found.url}?command=${commands}` }
  },
})

function isOurs(url: string): boolean {
  return url.startsWith(own) || url.includes('/node_modules/')
}

/** A command that waits for a pool of threads looks idle for less than this. */
const idleMs = 50
const listened = ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'] as const
/** Number of handles that keep this process alive while it waits for a command. */
let heldAtRest = 0

process.on('disconnect', () => process.exit(0))
process.on('message', async (order: CommandOrder) => {
  if (commands === 0) heldAtRest = await held()
  commands += 1
  process.chdir(order.directory)
  setEnvironment(order.environment)
  process.argv = [process.execPath, order.main, ...order.args]
  process.exitCode = undefined
  forgetRateLimiters()
  const watching = setInterval(emitBeforeExit, idleMs)
  watching.unref()
  await runProgram()
  clearInterval(watching)
  // Ends as a process does: when it has nothing left to wait for.
  while ((await held()) > heldAtRest);
  for (const name of listened) process.removeAllListeners(name)
  process.stdout.removeAllListeners('error')
  process.chdir(dirname(process.execPath))
  process.stderr.write(order.mark)
  process.stdout.write(`${order.mark}${process.exitCode ?? 0}\n`)
})

/** Node emits this event when nothing is left to wait for; here the next command always is. */
function emitBeforeExit(): void {
  if (process.getActiveResourcesInfo().length <= heldAtRest) process.emit('beforeExit', 0)
}

/** Number of handles that keep a process alive. */
async function held(): Promise<number> {
  await new Promise((wake) => setTimeout(wake, 1))
  return process.getActiveResourcesInfo().length
}

function setEnvironment(wanted: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name]
  Object.assign(process.env, wanted)
}
