import type { ChildProcess } from 'node:child_process'
import type { Rhythm } from '../../../runtime/queue/portal-schedule.ts'
import type { SliceOrder } from '../../../runtime/queue/work-portals.ts'

/** The rhythm of a portal's rounds, for the slices of a worker that answers the messages of this file. */
const rhythmVariable = 'HUBGEN_WORKER_RHYTHM'

/** The variable of a slice, which is a process of its own. */
export function rhythmVariables({ nextSeconds, longestSeconds }: Rhythm): Record<string, string> {
  return { [rhythmVariable]: `${nextSeconds} ${longestSeconds}` }
}

type Question = { readonly memory: 'wanted' } | { readonly memory: 'kept'; readonly text: string }

interface Answer {
  readonly memory: string | null
}

/** Null unless a worker started this process. */
export function workerRhythm(): Rhythm | null {
  const [nextSeconds = 0, longestSeconds = 0] = (process.env[rhythmVariable] ?? '')
    .split(' ')
    .map(Number)
  return nextSeconds > 0 && process.connected ? { nextSeconds, longestSeconds } : null
}

/** The memory of the slice before; null if there is none. */
export async function takeMemory(): Promise<string | null> {
  return (await askWorker({ memory: 'wanted' }))?.memory ?? null
}

/** Resolves when the worker has it, or is gone. */
export async function keepMemory(text: string): Promise<void> {
  await askWorker({ memory: 'kept', text })
}

/** Null if the worker is gone. */
function askWorker(question: Question): Promise<Answer | null> {
  const { promise, resolve } = Promise.withResolvers<Answer | null>()
  const answered = (answer: unknown) => resolve(answer as Answer)
  const gone = () => resolve(null)
  process.once('message', answered).once('disconnect', gone)
  if (process.connected) process.send?.(question, (error: Error | null) => void (error && gone()))
  else gone()
  return promise.finally(() => process.off('message', answered).off('disconnect', gone))
}

/** Answers a slice for its worker. */
export function answerSlice(
  child: ChildProcess,
  { memory, keep }: Pick<SliceOrder, 'memory' | 'keep'>,
): void {
  child.on('message', (message) => {
    const question = message as Question
    if (question.memory === 'kept') keep(question.text)
    const answer: Answer = { memory: question.memory === 'wanted' ? memory : null }
    child.send(answer, () => {})
  })
}
