import { HubgenError } from '../../errors.ts'

/** A limit on the total calls of everyone who shares it. */
export interface CallBudget {
  /** Called before every call, including retries; fails with MAX_CALLS_REACHED if none is left. */
  take(): void
}

export function createCallBudget(most: number): CallBudget {
  let made = 0
  return {
    take() {
      if (made >= most) throw maxCallsReached(most)
      made++
    },
  }
}

function maxCallsReached(most: number): HubgenError {
  const calls = `${most.toLocaleString('en-US')} call${most === 1 ? '' : 's'}`
  return new HubgenError('MAX_CALLS_REACHED', `the limit of ${calls} is reached`, {
    at: '--max-calls',
    fix: 'run the command again: it resumes where this one stopped, with a new limit',
  })
}
