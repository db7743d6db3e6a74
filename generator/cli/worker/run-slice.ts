import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import { rhythmOf } from '../../../runtime/queue/portal-schedule.ts'
import { judgeSlice, type SliceEnd, type SliceReport } from '../../../runtime/queue/slice-end.ts'
import type { SliceOrder } from '../../../runtime/queue/work-portals.ts'
import type { Portal, PortalsFile } from '../../config/read-portals-file.ts'
import { checkOwnDatabase } from '../../project/portals/check-databases.ts'
import { portalEnvironment } from '../../project/portals/portal-environment.ts'
import { currentToken } from '../portal/current-token.ts'
import { startForPortal } from '../portal/start-for-portal.ts'
import { openUnnamedFile, readEndOf } from '../portal/unnamed-file.ts'
import { supervisedVariable } from '../watch-supervisor.ts'
import { answerSlice, rhythmVariables } from './slice-memory.ts'

/** A slice that hears nothing for this long ends itself, before its portal is given to another worker. */
const silenceSeconds = 15
const beatMs = 5_000
/** After this a slice that was asked to stop is killed; the database rolls its batch back. */
const graceMs = 100_000

/**
 * Runs one slice of a portal as a process of its own, in the portal's folder and with the secrets of this portal alone.
 * It never fails: what went wrong is in its result. The signal asks it to end at a checkpoint.
 */
export async function runSlice(
  file: PortalsFile,
  portal: Portal,
  order: SliceOrder,
): Promise<SliceEnd> {
  const { signal, roundSince } = order
  const errors = openErrors()
  try {
    const child = await startSlice(file, portal, { errors, roundSince })
    const ended = once(child, 'close')
    answerSlice(child, order)
    // Without this listener a program that cannot be started would end the worker.
    child.on('error', () => {})
    const report = child.stdout === null ? Promise.resolve(null) : findReport(child.stdout)
    const stopBeating = beat(child)
    const stopListening = stopOnSignal(child, signal)
    const [exitCode] = await ended
    stopBeating()
    stopListening()
    const errorCode = lastErrorCode(errors === null ? '' : readEndOf(errors, mostErrorBytes))
    const isStopped = signal.aborted
    return judgeSlice({ report: await report, errorCode, exitCode, isStopped })
  } catch (error) {
    const errorCode = error instanceof HubgenError ? error.code : null
    return judgeSlice({ report: null, errorCode, exitCode: null, isStopped: signal.aborted })
  } finally {
    if (errors !== null) closeSync(errors)
  }
}

async function startSlice(
  file: PortalsFile,
  portal: Portal,
  { errors, roundSince }: { errors: number | null; roundSince: string | null },
): Promise<ChildProcess> {
  await checkOwnDatabase(file, portal, process.env)
  const token = await currentToken(file, portal)
  const environment = {
    ...portalEnvironment(file, portal, process.env, token),
    [supervisedVariable]: String(silenceSeconds),
    HUBGEN_ROUND_SINCE: roundSince ?? '',
    ...rhythmVariables(rhythmOf(portal, machine.now())),
  }
  const args = ['sync', '--all', '--slice', `${file.sliceSeconds}s`, '--json']
  const stdio = ['pipe', 'pipe', errors ?? 'ignore', 'ipc'] as const
  return startForPortal({ portal, args, environment, stdio: [...stdio] })
}

/** Shows the slice that its worker is alive; a stopped or killed worker sends nothing. */
function beat({ stdin }: ChildProcess): () => void {
  stdin?.on('error', () => {})
  const timer = machine.every(beatMs, () => void stdin?.write('.'))
  return () => clearInterval(timer)
}

function stopOnSignal(child: ChildProcess, signal: AbortSignal): () => void {
  let kill: NodeJS.Timeout | undefined
  const stop = () => {
    child.kill('SIGTERM')
    kill = machine.after(graceMs, () => void child.kill('SIGKILL'))
  }
  if (signal.aborted) stop()
  else signal.addEventListener('abort', stop, { once: true })
  return () => {
    signal.removeEventListener('abort', stop)
    clearTimeout(kill)
  }
}

const marked = '{"type":"slice_finished"'

/** The event at the end of the output; its lines are read and forgotten one by one. */
async function findReport(output: Readable): Promise<SliceReport | null> {
  let rest = ''
  let found: string | null = null
  for await (const chunk of output.setEncoding('utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    found = lines.findLast((line) => line.startsWith(marked)) ?? found
  }
  return found === null ? null : (JSON.parse(found) as SliceReport)
}

/** For standard error; null if there cannot be a file. */
function openErrors(): number | null {
  try {
    return openUnnamedFile()
  } catch {
    return null
  }
}

const mostErrorBytes = 16_384

/** Only the code: the text may name a host. */
function lastErrorCode(text: string): string | null {
  return [...text.matchAll(/^error\[([A-Z_]+)\]/gm)].at(-1)?.[1] ?? null
}
