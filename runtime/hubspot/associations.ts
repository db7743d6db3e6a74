import { HubgenError } from '../errors.ts'
import { asObject, parseJson } from './answer-body.ts'
import type { HubSpot } from './client.ts'
import { isTooHeavy } from './halves.ts'
import { HubSpotError } from './hubspot-error.ts'

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
  /** Their links, and nothing else. */
  readonly links: readonly AssociationLink[]
  /** Records of which HubSpot said nothing, or that it does not know (any more). */
  readonly unanswered: readonly string[]
}

/** Two object types as API paths take them. */
export interface AssociationPair {
  readonly from: string
  readonly to: string
}

/** HubSpot's largest batch of associations. */
export const associationInputs = 1_000
/** What HubSpot refused for the moment is asked again so often. */
const mostRounds = 4

interface Input {
  readonly id: string
  readonly after?: string
}

/** What is known of the records of one reading, and who must be asked (again). */
interface Reading {
  readonly links: Map<string, AssociationLink[]>
  readonly answered: Set<string>
  readonly unanswered: Set<string>
  /** Cursors that were followed, by record. */
  readonly followed: Map<string, Set<string>>
  next: Input[]
  /** Records that one answer was silent about, or failed for, and how HubSpot calls the failure. */
  again: Map<string, string>
}

/**
 * Every link of up to a thousand records, which must differ. A record counts as answered only when its
 * last page was read. Fails with ANSWER_MALFORMED, or ASSOCIATIONS_REFUSED when HubSpot keeps refusing
 * some of them for another reason than that they are gone.
 */
export async function readAssociations(
  hubspot: HubSpot,
  pair: AssociationPair,
  ids: readonly string[],
): Promise<LinkAnswer> {
  const reading: Reading = {
    links: new Map(),
    answered: new Set(),
    unanswered: new Set(),
    followed: new Map(),
    next: ids.map((id) => ({ id })),
    again: new Map(),
  }
  for (let round = 1; reading.next.length > 0; ) {
    const inputs = reading.next
    reading.next = []
    await readInputs(hubspot, pair, inputs, reading)
    if (reading.next.length > 0 || reading.again.size === 0) continue
    round += 1
    askAgain(reading, round, hubspot.paths.associationsBatchRead(pair.from, pair.to))
  }
  const answered = ids.filter((id) => reading.answered.has(id))
  return {
    answered,
    links: answered.flatMap((id) => reading.links.get(id) ?? []),
    unanswered: ids.filter((id) => !reading.answered.has(id)),
  }
}

/** From their first page on: what was read of them before does not count. */
function askAgain(reading: Reading, round: number, path: string): void {
  const { again } = reading
  reading.again = new Map()
  for (const [id, category] of again) {
    reading.links.delete(id)
    reading.followed.delete(id)
    // One silence may be an accident; a second one is how it is.
    if (category === silence && round > 2) reading.unanswered.add(id)
    else if (round > mostRounds) throw refused(category, path)
    else reading.next.push({ id })
  }
}

const silence = ''

async function readInputs(
  hubspot: HubSpot,
  pair: AssociationPair,
  inputs: readonly Input[],
  reading: Reading,
): Promise<void> {
  const path = hubspot.paths.associationsBatchRead(pair.from, pair.to)
  try {
    const body = asObject(await hubspot.post(path, { inputs }, {}, parseWithIds))
    noteAnswer(body, inputs, reading, `POST ${path}`)
  } catch (error) {
    if (!isTooHeavy(error) || inputs.length === 1) throw error
    const half = Math.ceil(inputs.length / 2)
    await readInputs(hubspot, pair, inputs.slice(0, half), reading)
    await readInputs(hubspot, pair, inputs.slice(half), reading)
  }
}

function noteAnswer(
  body: Record<string, unknown>,
  inputs: readonly Input[],
  reading: Reading,
  at: string,
): void {
  const { results, errors = [] } = body
  if (!Array.isArray(results) || !Array.isArray(errors)) {
    throw malformed('answered without a list of `results`', at)
  }
  const asked = new Map(inputs.map((input) => [input.id, input]))
  for (const result of results) {
    const { from, to, paging } = asObject(result)
    const { id } = asObject(from)
    if (typeof id !== 'string' || !asked.has(id)) continue
    if (!Array.isArray(to)) throw malformed('sent a record without a list `to`', at)
    const links = reading.links.get(id) ?? []
    for (const each of to) readLinks(id, each, links, at)
    reading.links.set(id, links)
    asked.delete(id)
    noteCursor(id, asObject(asObject(paging)['next'])['after'], reading, at)
  }
  for (const error of errors) noteError(asObject(error), asked, reading)
  noteSilence(asked, errors.length > 0, reading)
}

function noteCursor(id: string, after: unknown, reading: Reading, at: string): void {
  if (after === undefined || after === null || after === '') {
    reading.answered.add(id)
    return
  }
  const followed = reading.followed.get(id) ?? new Set()
  const cursor = String(after)
  if (followed.has(cursor)) throw malformed('sent the same cursor of a record twice', at)
  reading.followed.set(id, followed.add(cursor))
  reading.next.push({ id, after: cursor })
}

/** An answer of 207 has errors, and that a record has no links is one of them. */
function noteError(
  { category, subCategory, context }: Record<string, unknown>,
  asked: Map<string, Input>,
  reading: Reading,
): void {
  const { fromObjectId } = asObject(context)
  const ids = Array.isArray(fromObjectId) ? fromObjectId.map(String) : []
  for (const id of ids) {
    const input = asked.get(id)
    if (input === undefined) continue
    asked.delete(id)
    const known = typeof category === 'string' && /^\w{1,80}$/.test(category) ? category : 'UNKNOWN'
    if (subCategory === 'crm.associations.NO_ASSOCIATIONS_FOUND') reading.answered.add(id)
    else if (known === 'OBJECT_NOT_FOUND') reading.unanswered.add(id)
    else reading.again.set(id, known)
  }
}

/** An answer without any error has told everything: who is not in it has no links. */
function noteSilence(asked: Map<string, Input>, hasErrors: boolean, reading: Reading): void {
  for (const { id, after } of asked.values()) {
    if (hasErrors || after !== undefined) reading.again.set(id, silence)
    else reading.answered.add(id)
  }
}

function readLinks(fromId: string, entry: unknown, links: AssociationLink[], at: string): void {
  const { toObjectId, associationTypes } = asObject(entry)
  if (typeof toObjectId !== 'string' || !/^\d{1,19}$/.test(toObjectId)) {
    throw malformed('sent a link without `toObjectId`', at)
  }
  if (!Array.isArray(associationTypes)) throw malformed('sent a link without its types', at)
  for (const type of associationTypes) {
    const { typeId, category, label } = asObject(type)
    if (typeof typeId !== 'number' || !Number.isInteger(typeId) || typeof category !== 'string') {
      throw malformed('sent a link type without `typeId` or `category`', at)
    }
    const named = typeof label === 'string' && label !== '' ? label : null
    links.push({ fromId, toId: toObjectId, typeId, category, label: named })
  }
}

/** Ids come as JSON numbers, which JSON.parse would round above 2^53. No such pair occurs inside of a string. */
function parseWithIds(body: Buffer): unknown {
  const text = body.toString()
  return parseJson(text.replace(/"(toObjectId|id|after)"(\s*:\s*)(\d+)(?=[\s,}\]])/g, '"$1"$2"$3"'))
}

function refused(category: string, path: string): HubSpotError {
  return new HubSpotError(
    'ASSOCIATIONS_REFUSED',
    `HubSpot refuses the associations of some records with \`${category}\``,
    {
      at: `POST ${path}`,
      status: 207,
      fix: 'run the command again in a few minutes; it goes on where this one ended',
    },
  )
}

function malformed(what: string, at: string): HubgenError {
  return new HubgenError('ANSWER_MALFORMED', `HubSpot ${what}`, {
    at,
    fix: 'run the command again; if it stays, report it together with the API version in use',
  })
}
