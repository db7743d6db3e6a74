import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../simulator/start-simulator.ts'

/**
 * A simulator on a free port with a small portal, no rate limits, strict size limits, no empty objects and answers as they are,
 * unless asked otherwise:
 * `await using simulator = await startTestSimulator({ records: { deals: 250 } })`.
 */
export function startTestSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  return startSimulator({
    limits: 'none',
    compression: 'none',
    ...strictLimits,
    emptyObjects: 'absent',
    // Most tests read the same records again and again.
    recordCacheBytes: 64_000_000,
    ...options,
    records: { ...smallPortal, ...options.records },
  })
}

/** The lowest limits that any client met: what fits these fits HubSpot. */
export const strictLimits = { urlLimitBytes: 8_192, searchBodyLimit: 3_000 }

/** Number of records by plural name. */
export const smallPortal = {
  contacts: 250,
  companies: 60,
  deals: 120,
  tickets: 40,
  products: 20,
  line_items: 40,
  calls: 20,
  emails: 20,
  meetings: 20,
  notes: 20,
  tasks: 20,
  Vehicle: 15,
}

/** A clock that moves only when a test advances it. */
export class TestClock {
  #nowMs: number

  constructor(nowMs = Date.parse('2026-11-20T10:00:00Z')) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  advance(ms: number): void {
    this.#nowMs += ms
  }
}
