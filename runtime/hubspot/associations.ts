import { asObject } from './answer-body.ts'
import type { HubSpot } from './client.ts'
import { CursorTrail } from './cursor-trail.ts'
import { askByHalves, isTooLarge } from './halves.ts'
import { HubSpotError } from './hubspot-error.ts'
import { fitsBigint, readId } from './record.ts'

/** One type of link from one record to another; the same two may be linked by several. */
export interface AssociationLink {
  /** Digits; may be larger than 2^53. */
  readonly fromId: string
  readonly toId: string
  readonly typeId: number
  /** `HUBSPOT_DEFINED`, `USER_DEFINED`, … */
  readonly category: string
  readonly label: string | null
}

/** All links of some records to records of one other type. */
export interface LinkAnswer {
  /** Records of which all links are known, those that have none included. */
  readonly answered: readonly string[]
  /** Their links, each once, and nothing else. */
  readonly links: readonly AssociationLink[]
  /** Records of which HubSpot said nothing that can be relied on, or that it does not know (any more). */
  readonly unanswered: readonly UnansweredRecord[]
}

interface UnansweredRecord {
  readonly id: string
  /** How HubSpot calls it (`OBJECT_NOT_FOUND`, `INTERNAL_ERROR`, …), or what is wrong with its answer. */
  readonly reason: string
}

/** What was wrong with an answer, where HubSpot has no word for it. */
const linkFaults = {
  silence: 'no_answer',
  malformed: 'malformed',
  repeatedCursor: 'repeated_cursor',
  contradictory: 'contradictory',
  unreadable: 'unreadable',
} as const

/** Two object types as API paths take them. */
export interface AssociationPair {
  readonly from: string
  readonly to: string
}

/** HubSpot's largest batch of associations. */
export const associationInputs = 1_000
/** What HubSpot refused for the moment, or was silent about, is asked again so often, after such pauses. */
const pausesMs = [1_000, 2_000, 4_000]

/** How many records HubSpot takes at a time: learned by one reading, for those that are given it as well. */
export interface AcceptedInputs {
  most: number
}

interface Input {
  readonly id: string
  readonly after?: string
}

/**
 * Every link of up to a thousand records, which must differ. A record counts as answered only when its
 * last page was read and understood; whatever is wrong with one record's answer leaves that record
 * unanswered. Fails with ASSOCIATIONS_REFUSED when HubSpot keeps refusing several, and all of them, in the
 * same way.
 */
export async function readAssociations(
  hubspot: HubSpot,
  pair: AssociationPair,
  ids: readonly string[],
  accepted: AcceptedInputs = { most: associationInputs },
): Promise<LinkAnswer> {
  const reading = new LinkReading(hubspot, pair, accepted)
  let again: readonly string[] = ids
  for (const pauseMs of [0, ...pausesMs]) {
    if (again.length === 0) break
    if (pauseMs > 0) await hubspot.sleep(pauseMs)
    await reading.read(again)
    again = ids.filter((id) => reading.failed.has(id))
  }
  const [first] = again
  const reason = first === undefined ? undefined : reading.failed.get(first)
  const alike = again.every((id) => reading.failed.get(id) === reason)
  if (ids.length > 1 && again.length === ids.length && alike && reason !== undefined) {
    throw refused(reason, hubspot.paths.associationsBatchRead(pair.from, pair.to))
  }
  return reading.answer(ids)
}

class LinkReading {
  /** Records to ask again, and why. */
  readonly failed = new Map<string, string>()
  readonly #hubspot: HubSpot
  readonly #path: string
  readonly #accepted: AcceptedInputs
  readonly #links = new Map<string, AssociationLink[]>()
  readonly #answered = new Set<string>()
  /** Asking again would change nothing. */
  readonly #left = new Map<string, string>()
  /** The cursors of records with more than a page. */
  readonly #trails = new Map<string, CursorTrail>()
  #next: Input[] = []

  constructor(hubspot: HubSpot, pair: AssociationPair, accepted: AcceptedInputs) {
    this.#hubspot = hubspot
    this.#path = hubspot.paths.associationsBatchRead(pair.from, pair.to)
    this.#accepted = accepted
  }

  /** From their first page on to their last: what was read of them before does not count. */
  async read(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#answered.delete(id)
      this.#left.delete(id)
      this.#links.delete(id)
      this.#trails.delete(id)
      this.failed.delete(id)
    }
    this.#next = ids.map((id) => ({ id }))
    while (this.#next.length > 0) {
      const inputs = this.#next
      this.#next = []
      for (let start = 0; start < inputs.length; ) {
        const some = inputs.slice(start, start + this.#accepted.most)
        start += some.length
        await this.#ask(some)
      }
    }
  }

  answer(ids: readonly string[]): LinkAnswer {
    const answered = ids.filter((id) => this.#answered.has(id))
    return {
      answered,
      links: answered.flatMap((id) => onceEach(this.#links.get(id) ?? [])),
      unanswered: ids.flatMap((id) => {
        const reason = this.#left.get(id) ?? this.failed.get(id)
        return reason === undefined ? [] : [{ id, reason }]
      }),
    }
  }

  async #ask(inputs: readonly Input[]): Promise<void> {
    await askByHalves(
      inputs,
      async (some) => {
        try {
          this.#note(await this.#hubspot.post(this.#path, { inputs: some }), some)
        } catch (error) {
          if (isTooLarge(error) && some.length > 1) {
            this.#accepted.most = Math.min(this.#accepted.most, Math.ceil(some.length / 2))
          }
          throw error
        }
      },
      ({ id }, { category }) => this.#left.set(id, wordOf(category) ?? linkFaults.unreadable),
    )
  }

  #note(body: unknown, inputs: readonly Input[]): void {
    const { results, errors } = asObject(body)
    const asked = new Set(inputs.map(({ id }) => id))
    /** What was said of each record, to know a repetition by. */
    const said = new Map<string, string>()
    for (const result of Array.isArray(results) ? results : []) {
      const { from, to, paging } = asObject(result)
      const id = readId(asObject(from)['id'])
      if (id === null) continue
      const text = contentOf(to, paging)
      if (said.has(id) && said.get(id) !== text) this.#contradict(id)
      if (!asked.delete(id)) continue
      said.set(id, text)
      this.#noteLinks(id, to, asObject(asObject(paging)['next'])['after'])
    }
    for (const error of Array.isArray(errors) ? errors : []) {
      this.#noteError(asObject(error), asked, said)
    }
    for (const id of asked) this.failed.set(id, linkFaults.silence)
  }

  /** Nobody knows which of two answers is right: it is asked again, and keeps its links until then. */
  #contradict(id: string): void {
    this.#answered.delete(id)
    this.#next = this.#next.filter((input) => input.id !== id)
    this.failed.set(id, linkFaults.contradictory)
  }

  #noteLinks(id: string, to: unknown, after: unknown): void {
    const links = this.#links.get(id) ?? []
    if (!Array.isArray(to) || !to.every((each) => readLinks(id, each, links))) {
      this.#left.set(id, linkFaults.malformed)
      return
    }
    this.#links.set(id, links)
    if (after === undefined || after === null || after === '') {
      this.#answered.add(id)
      return
    }
    const trail = this.#trails.get(id) ?? new CursorTrail()
    this.#trails.set(id, trail)
    const cursor = String(after)
    if (!trail.follow(cursor)) {
      this.#left.set(id, linkFaults.repeatedCursor)
      return
    }
    this.#next.push({ id, after: cursor })
  }

  /** An answer of 207 has errors, and that a record has no links is one of them. */
  #noteError(
    error: Record<string, unknown>,
    asked: Set<string>,
    said: ReadonlyMap<string, string>,
  ): void {
    const { category, subCategory, context } = error
    const isNone = subCategory === 'crm.associations.NO_ASSOCIATIONS_FOUND'
    const { fromObjectId, ids = fromObjectId } = asObject(context)
    for (const id of (Array.isArray(ids) ? ids : [ids]).map(String)) {
      if (said.has(id) && !isNone) this.#contradict(id)
      if (!asked.delete(id)) continue
      const word = wordOf(category) ?? 'UNKNOWN'
      if (isNone) this.#answered.add(id)
      else if (word === 'OBJECT_NOT_FOUND') this.#left.set(id, word)
      else this.failed.set(id, word)
    }
  }
}

/** The same for the same links, in whatever order and however often they are sent. */
function contentOf(to: unknown, paging: unknown): string {
  const links = new Set((Array.isArray(to) ? to : [to]).map((link) => JSON.stringify(link)))
  return JSON.stringify([[...links].sort(), paging])
}

function wordOf(category: unknown): string | null {
  return typeof category === 'string' && /^\w{1,80}$/.test(category) ? category : null
}

/** False where it is no link. */
function readLinks(fromId: string, entry: unknown, links: AssociationLink[]): boolean {
  const { toObjectId, associationTypes } = asObject(entry)
  const toId = readId(toObjectId)
  if (toId === null || !fitsBigint(toId) || !Array.isArray(associationTypes)) return false
  for (const type of associationTypes) {
    const { typeId, category, label } = asObject(type)
    if (typeof typeId !== 'number' || !Number.isInteger(typeId)) return false
    if (typeof category !== 'string') return false
    const named = typeof label === 'string' && label !== '' ? label : null
    links.push({ fromId, toId, typeId, category, label: named })
  }
  return true
}

/** Of links that were sent twice the last one: its label may be newer. */
function onceEach(links: readonly AssociationLink[]): readonly AssociationLink[] {
  const once = new Map(links.map((link) => [`${link.toId} ${link.category} ${link.typeId}`, link]))
  return once.size === links.length ? links : [...once.values()]
}

function refused(category: string, path: string): HubSpotError {
  return new HubSpotError(
    'ASSOCIATIONS_REFUSED',
    `HubSpot refuses the associations of all records that were asked for with \`${category}\``,
    {
      at: `POST ${path}`,
      status: 207,
      fix: 'run the command again in a few minutes; it goes on where this one ended',
    },
  )
}
