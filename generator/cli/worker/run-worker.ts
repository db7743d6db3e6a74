import { formatError, type HubgenCode, HubgenError } from '../../../runtime/errors.ts'
import { machine } from '../../../runtime/machine.ts'
import type { Database } from '../../../runtime/postgres/connection/database.ts'
import { addPortals } from '../../../runtime/queue/apply-portals.ts'
import { connectQueue, usualTimes } from '../../../runtime/queue/connect-queue.ts'
import { checkQueue } from '../../../runtime/queue/queue-schema.ts'
import { sliceWords } from '../../../runtime/queue/slice-words.ts'
import { type WorkerEvent, workPortals } from '../../../runtime/queue/work-portals.ts'
import { listenForInterrupt } from '../../../runtime/terminal/interrupt.ts'
import { print, printError } from '../../../runtime/terminal/print.ts'
import { countOf, formatDuration } from '../../../runtime/words/numbers-as-text.ts'
import { readNearestPortals } from '../../project/portals/find-portal.ts'
import { queuedPortals, queueSettings } from '../../project/portals/queue-settings.ts'
import { runSlice } from './run-slice.ts'

export interface WorkerRequest {
  readonly slots: number
  readonly format: 'json' | 'text'
}

const stopping =
  'Stopping: active slices end at their next checkpoint; press Ctrl-C again to stop at once.'

/** Works on portals until Ctrl-C or `kill`. Fails before that for problems that a person has to fix. */
export async function runWorker({ slots, format }: WorkerRequest): Promise<void> {
  const file = await readNearestPortals(process.cwd())
  const signal = listenForInterrupt(() => stopping)
  const trouble = sayTrouble()
  await using queue = await connectQueue(
    queueSettings(file, process.env),
    'working',
    usualTimes,
    trouble,
  )
  const { added, changed, removed } = await addPortals(queue, queuedPortals(file))
  const changes = added.length + changed.length
  emit(format, { type: 'worker_started', slots, portals: file.portals.size, changes }, () =>
    [
      `working on ${countOf(file.portals.size, 'portal')} with ${countOf(slots, 'slot')}`,
      ...(changes === 0 ? [] : [`${countOf(changes, 'schedule')} changed`]),
    ].join('; '),
  )
  if (removed.length > 0) printError(noticeOthers(removed))
  await workPortals(
    queue,
    {
      slots,
      portals: new Set(file.portals.keys()),
      runSlice: async (order) => {
        const { portal: name } = order
        const portal = file.portals.get(name)
        if (portal === undefined) throw new Error(`no portal ${JSON.stringify(name)}`)
        return runSlice(file, portal, order)
      },
      onEvent: (event) => show(format, event),
    },
    signal,
  )
}

function noticeOthers(names: readonly string[]): string {
  const code: HubgenCode = 'PORTALS_NOT_LISTED'
  return (
    `notice[${code}]: the queue has schedules of portals that this file does not list: ${names.join(', ')}\n` +
    '  fix: bring this machine the newest hubgen.portals.ts; if it is the newest, `hubgen portals apply` removes them'
  )
}

function show(format: 'json' | 'text', event: WorkerEvent): void {
  if (event.type === 'slice_started') {
    emit(format, event, () => `> ${event.portal}`)
    return
  }
  const { type, portal, end, afterSeconds, isDead } = event
  const { outcome, code } = end
  emit(format, { type, portal, outcome, code, afterSeconds, dead: isDead }, () =>
    describeSliceEnd(event),
  )
}

function emit(
  format: 'json' | 'text',
  event: { readonly type: string; readonly [fact: string]: unknown },
  describe: () => string,
): void {
  if (format === 'text') print(describe())
  else process.stdout.write(`${JSON.stringify({ at: machine.now().toISOString(), ...event })}\n`)
}

const quietMs = 60_000

/** While the queue is away every poll fails: one report a minute says so, and what to do. */
function sayTrouble(): (database: Database) => void {
  let saidMs = Number.NEGATIVE_INFINITY
  return (database) => {
    const nowMs = machine.elapsedMs()
    if (nowMs - saidMs < quietMs) return
    saidMs = nowMs
    checkQueue(database).then(
      () => printError(`a question to the queue failed; ${continues}`),
      (error: unknown) => {
        const found =
          error instanceof HubgenError ? formatError(error) : 'the queue does not answer'
        printError(`${found}\n${continues}`)
      },
    )
  }
}

const continues = 'active slices continue, and the worker asks again'

/** `✓ acme: whole`, `! globex: no answer (HUBSPOT_UNREACHABLE); again in 30 s`. */
function describeSliceEnd({
  portal,
  end: { outcome, code },
  afterSeconds,
  isDead,
}: Extract<WorkerEvent, { type: 'slice_ended' }>): string {
  const mark = outcome === 'whole' ? '✓' : isDead ? '✗' : '!'
  const why = code === null ? '' : ` (${code})`
  const next = isDead
    ? '; a person has to look at it: `hubgen portals`'
    : afterSeconds === null
      ? ''
      : afterSeconds === 0
        ? '; it continues'
        : `; again in ${formatDuration(afterSeconds)}`
  return `${mark} ${portal}: ${sliceWords[outcome]}${why}${next}`
}
