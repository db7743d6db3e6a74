import type { Entity } from '../entity.ts'
import { machine } from '../machine.ts'
import type { Emit, SyncEvent } from './events.ts'
import type { Journal } from './journal.ts'
import type { EventRedactor } from './redact.ts'
import type { RunLog } from './run-log.ts'
import type { SyncOptions } from './sync-options.ts'

/** Passes on the events of one run. */
export interface Emitter {
  readonly emit: Emit
  /** Passes events to the journal from now on, and the notices before. */
  publish(journal: Journal): void
}

export interface EmitterParts {
  readonly entity: Entity
  readonly log: RunLog
  readonly redactor: EventRedactor
  readonly onEvent: SyncOptions['onEvent']
}

/** The caller sees where the database is; the log and the journal must not. */
export function openEmitter({ entity, log, redactor, onEvent }: EmitterParts): Emitter {
  let journal: Journal | null = null
  const earlyNotices: SyncEvent[] = []
  const emit: Emit = (...bodies) => {
    const at = machine.now().toISOString()
    const events = bodies.map((body) => ({ at, entity: entity.name, ...body }))
    const redacted = events.map((event) => redactor.redact(event))
    const failure = log.write(redacted)
    for (const [index, event] of events.entries()) {
      const hidden = redacted[index] ?? event
      if (journal !== null) journal.note(hidden)
      else if (hidden.type === 'notice') earlyNotices.push(hidden)
      onEvent?.(event)
    }
    if (failure === null) return
    const { message, fix } = failure
    emit({ type: 'notice', code: 'LOG_WRITE_FAILED', message, fix })
  }
  return {
    emit,
    publish(opened) {
      journal = opened
      for (const notice of earlyNotices) opened.note(notice)
    },
  }
}
