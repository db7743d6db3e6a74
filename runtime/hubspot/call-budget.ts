import { HubgenError } from '../errors.ts'

/** How many calls may still be made, by everyone who shares it. */
export interface CallBudget {
  /** Said before every call, repeated ones included; fails with MAX_CALLS_REACHED when none is left. */
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
  return new HubgenError('MAX_CALLS_REACHED', `the ceiling of ${calls} is reached`, {
    at: '--max-calls',
    fix: 'run the command again: it goes on where this one stopped, with a ceiling of its own',
  })
}
