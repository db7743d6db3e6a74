import { HubgenError } from '../runtime/errors.ts'

/** Checks of all entities, one after another; what a page shows about them. */
export interface CheckProgress {
  readonly state: 'checking' | 'done'
  readonly done: number
  readonly total: number
  /** The entity that is being checked; null when all are done. */
  readonly entity: string | null
  /** Entities that could not be checked, and why. */
  readonly failures: readonly { readonly entity: string; readonly text: string }[]
}

/** Runs in the background, because large tables take minutes; at most once at a time. */
export class AllChecks {
  readonly #check: (entity: string) => Promise<unknown>
  readonly #onError: (error: unknown) => void
  #progress: CheckProgress | null = null

  constructor(check: (entity: string) => Promise<unknown>, onError: (error: unknown) => void) {
    this.#check = check
    this.#onError = onError
  }

  /** Null before the first time. */
  get progress(): CheckProgress | null {
    return this.#progress
  }

  /** False while they are being checked already. */
  start(entities: readonly string[]): boolean {
    if (this.#progress?.state === 'checking') return false
    this.#progress = {
      state: 'checking',
      done: 0,
      total: entities.length,
      entity: null,
      failures: [],
    }
    void this.#run(entities)
    return true
  }

  async #run(entities: readonly string[]): Promise<void> {
    const failures: { entity: string; text: string }[] = []
    const total = entities.length
    for (const [done, entity] of entities.entries()) {
      this.#progress = { state: 'checking', done, total, entity, failures }
      try {
        await this.#check(entity)
      } catch (error) {
        if (!(error instanceof HubgenError)) this.#onError(error)
        failures.push({
          entity,
          text: error instanceof HubgenError ? explain(error) : 'a bug in hubgen',
        })
      }
    }
    this.#progress = { state: 'done', done: total, total, entity: null, failures }
  }
}

function explain({ code, message, fix }: HubgenError): string {
  return `${code}: ${message}${fix === undefined ? '' : `; fix: ${fix}`}`
}
