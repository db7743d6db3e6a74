import { asObject, readId } from './client/answer-body.ts'
import type { HubSpot } from './client/client.ts'
import { HubSpotError } from './client/hubspot-error.ts'
import { CursorTrail } from './cursor-trail.ts'
import { askByHalves, isTooLarge } from './halves.ts'
import { nextCursor } from './page.ts'
import { fitsBigint } from './record.ts'

/** One type of link from one record to another; two records may be linked by several types. */
export interface AssociationLink {
  /** Digits; may exceed 2^53. */
  readonly fromId: string
  readonly toId: string
  readonly typeId: number
  /** `HUBSPOT_DEFINED`, `USER_DEFINED`, … */
  readonly category: string
  readonly label: string | null
}

/** All links of some records to records of another type. */
export interface LinkAnswer {
  /** Records whose links are all known, including those without links. */
  readonly answered: readonly string[]
  /** The links of the answered records, without duplicates and without `outOfRange`. */
  readonly links: readonly AssociationLink[]
  /** Links of the answered records to ids that do not fit into a bigint. */
  readonly outOfRange: readonly OutOfRangeLink[]
  /** Records without a reliable answer, or unknown to HubSpot. */
  readonly unanswered: readonly UnansweredRecord[]
}

/** Its `toId` has digits of any length. */
type OutOfRangeLink = Pick<AssociationLink, 'fromId' | 'toId'>

interface UnansweredRecord {
  readonly id: string
  /** HubSpot's category (`OBJECT_NOT_FOUND`, `INTERNAL_ERROR`, …), or what was wrong with its answer. */
  readonly reason: string
}

/** Problems of an answer for which HubSpot has no category. */
const linkFaults = {
  silence: 'no_answer',
  malformed: 'malformed',
  repeatedCursor: 'repeated_cursor',
  contradictory: 'contradictory',
  unreadable: 'unreadable',
} as const

/** Two object types as in API paths. */
export interface AssociationPair {
  readonly from: string
  readonly to: string
}

/** HubSpot's largest batch of associations. */
export const associationInputs = 1_000
/** Pauses before asking again about records that HubSpot refused temporarily or did not mention. */
const pausesMs = [1_000, 2_000, 4_000]

/**
 * The largest batch that HubSpot accepts: learned during one reading and shared with others through this
 * object.
 */
export interface AcceptedInputs {
  most: number
}

interface Input {
  readonly id: string
  readonly after?: string
}

/**
 * Reads every link of up to a thousand distinct records. A record counts as answered only if its last page
 * was read and understood; a problem with one record's answer leaves only that record unanswered. Fails
 * with ASSOCIATIONS_REFUSED if HubSpot keeps refusing several records, all of them, and for the same
 * reason.
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
  /** Records to ask about again, with the reason. */
  readonly failed = new Map<string, string>()
  readonly #hubspot: HubSpot
  readonly #path: string
  readonly #accepted: AcceptedInputs
  readonly #links = new Map<string, AssociationLink[]>()
  readonly #outOfRange = new Map<string, OutOfRangeLink[]>()
  readonly #answered = new Set<string>()
  /** Records for which asking again would not help. */
  readonly #left = new Map<string, string>()
  /** The cursors of records with more than one page. */
  readonly #trails = new Map<string, CursorTrail>()
  #next: Input[] = []

  constructor(hubspot: HubSpot, pair: AssociationPair, accepted: AcceptedInputs) {
    this.#hubspot = hubspot
    this.#path = hubspot.paths.associationsBatchRead(pair.from, pair.to)
    this.#accepted = accepted
  }

  /** Reads these records from their first page to their last; discards what was read of them before. */
  async read(ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.#answered.delete(id)
      this.#left.delete(id)
      this.#links.delete(id)
      this.#outOfRange.delete(id)
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
      outOfRange: answered.flatMap((id) => this.#outOfRange.get(id) ?? []),
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
    /** The answer for each record, to recognize repetitions. */
    const said = new Map<string, string>()
    for (const result of Array.isArray(results) ? results : []) {
      const { from, to, paging } = asObject(result)
      const id = readId(asObject(from)['id'])
      if (id === null) continue
      const text = contentOf(to, paging)
      if (said.has(id) && said.get(id) !== text) this.#contradict(id)
      if (!asked.delete(id)) continue
      said.set(id, text)
      this.#noteLinks(id, to, nextCursor(paging))
    }
    for (const error of Array.isArray(errors) ? errors : []) {
      this.#noteError(asObject(error), asked, said)
    }
    for (const id of asked) this.failed.set(id, linkFaults.silence)
  }

  /**
   * It is unknown which of two answers is right, so the record is asked about again and keeps its links
   * until then.
   */
  #contradict(id: string): void {
    this.#answered.delete(id)
    this.#next = this.#next.filter((input) => input.id !== id)
    this.failed.set(id, linkFaults.contradictory)
  }

  #noteLinks(id: string, to: unknown, cursor: string | null): void {
    const links = this.#links.get(id) ?? []
    const outOfRange = this.#outOfRange.get(id) ?? []
    if (!Array.isArray(to) || !to.every((each) => readLinks(id, each, { links, outOfRange }))) {
      this.#left.set(id, linkFaults.malformed)
      return
    }
    this.#links.set(id, links)
    if (outOfRange.length > 0) this.#outOfRange.set(id, outOfRange)
    if (cursor === null) {
      this.#answered.add(id)
      return
    }
    const trail = this.#trails.get(id) ?? new CursorTrail()
    this.#trails.set(id, trail)
    if (!trail.follow(cursor)) {
      this.#left.set(id, linkFaults.repeatedCursor)
      return
    }
    this.#next.push({ id, after: cursor })
  }

  /** A 207 answer contains errors; a record without links is reported as one. */
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

/** Equal for the same links, regardless of their order and repetitions. */
function contentOf(to: unknown, paging: unknown): string {
  const links = new Set((Array.isArray(to) ? to : [to]).map((link) => JSON.stringify(link)))
  return JSON.stringify([[...links].sort(), paging])
}

function wordOf(category: unknown): string | null {
  return typeof category === 'string' && /^\w{1,80}$/.test(category) ? category : null
}

interface RecordLinks {
  readonly links: AssociationLink[]
  readonly outOfRange: OutOfRangeLink[]
}

/** False if the entry is not a link. */
function readLinks(fromId: string, entry: unknown, { links, outOfRange }: RecordLinks): boolean {
  const { toObjectId, associationTypes } = asObject(entry)
  const toId = readId(toObjectId)
  if (toId === null || !Array.isArray(associationTypes)) return false
  if (!fitsBigint(toId)) {
    outOfRange.push({ fromId, toId })
    return true
  }
  for (const type of associationTypes) {
    const { typeId, category, label } = asObject(type)
    if (typeof typeId !== 'number' || !Number.isInteger(typeId)) return false
    if (typeof category !== 'string') return false
    const named = typeof label === 'string' && label !== '' ? label : null
    links.push({ fromId, toId, typeId, category, label: named })
  }
  return true
}

/** Keeps the last of duplicate links, because its label may be newer. */
function onceEach(links: readonly AssociationLink[]): readonly AssociationLink[] {
  const once = new Map(links.map((link) => [`${link.toId} ${link.category} ${link.typeId}`, link]))
  return once.size === links.length ? links : [...once.values()]
}

function refused(category: string, path: string): HubSpotError {
  return new HubSpotError(
    'ASSOCIATIONS_REFUSED',
    `HubSpot refuses the associations of all requested records with \`${category}\``,
    {
      at: `POST ${path}`,
      status: 207,
      fix: 'run the command again in a few minutes; it resumes where this one stopped',
    },
  )
}
