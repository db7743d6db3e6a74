import { newProperty } from '../../simulator/apply-page-change.ts'
import type { ObjectType, Property, Store } from '../../simulator/store.ts'
import type { Choices } from './choices.ts'
import { valueFor } from './odd-values.ts'

/** Random actions of people in a portal. */
export interface PortalMutator {
  /** One change somewhere. */
  change(): void
  /** A number property that has values becomes text; gives its name. */
  retypeNumber(typeId: string): string
  /** A new property, which records then get values in. */
  addProperty(typeId: string, name: string): void
  /** How often each kind of change was made. */
  readonly counts: ReadonlyMap<string, number>
}

interface Part {
  readonly type: ObjectType
  readonly live: string[]
  readonly archived: string[]
}

type Change = (part: Part) => boolean

/** Values that HubSpot itself keeps. */
const own =
  /^(hs_object_id|hs_createdate|createdate|hs_lastmodifieddate|lastmodifieddate|hs_merged_object_ids|hs_calculated_merged_vids|hs_object_source.*)$/

export function createPortalMutator(
  store: Store,
  entities: readonly string[],
  choices: Choices,
): PortalMutator {
  const parts = entities.map((name) => partOf(store, name))
  const counts = new Map<string, number>()
  const kinds = changeKinds(store, parts, choices)
  const weighted = Object.entries(kinds).flatMap(([name, [weight, change]]) =>
    Array.from({ length: weight }, () => ({ name, change })),
  )
  return {
    counts,
    change() {
      const { name, change } = choices.one(weighted)
      if (change(choices.one(parts))) counts.set(name, (counts.get(name) ?? 0) + 1)
    },
    retypeNumber(typeId) {
      const numbers = writable(store, typeId, false).filter(
        ({ type, hubspotDefined }) => type === 'number' && hubspotDefined !== true,
      )
      const { name } = choices.one(numbers)
      store.retypeProperty(typeId, name, 'string', 'text')
      return name
    },
    addProperty(typeId, name) {
      const groupName = store.groups(typeId)[0]?.name ?? ''
      store.addProperty(
        typeId,
        newProperty({ name, label: name, type: 'number', fieldType: 'number', groupName }),
      )
    },
  }
}

function partOf(store: Store, name: string): Part {
  const type = store.findObjectType(name)
  if (type === undefined) throw new Error(`no object type \`${name}\``)
  const ids = (archived: boolean) =>
    [...store.scan(type.typeId, 0n, { archived })].map(({ id }) => id)
  return { type, live: ids(false), archived: ids(true) }
}

function changeKinds(
  store: Store,
  parts: readonly Part[],
  choices: Choices,
): Record<string, [weight: number, Change]> {
  const { create, update, recalculate } = valueChanges(store, choices)
  return {
    create: [16, create],
    update: [40, update],
    recalculate: [5, recalculate],
    archive: [8, (part) => move(part.live, part.archived, part, choices, store.archive)],
    restore: [6, (part) => move(part.archived, part.live, part, choices, store.restore)],
    restoreSilently: [
      2,
      (part) =>
        move(part.archived, part.live, part, choices, (typeId, id) =>
          store.restore(typeId, id, { silently: true }),
        ),
    ],
    purge: [4, (part) => move(part.live, null, part, choices, store.purge)],
    merge: [6, (part) => merge(store, part, choices)],
    link: [10, (part) => link(store, part, choices.one(parts), choices)],
    unlink: [8, (part) => unlink(store, part, choices.one(parts), choices)],
  }
}

function valueChanges(
  store: Store,
  choices: Choices,
): Record<'create' | 'update' | 'recalculate', Change> {
  const values = (typeId: string, calculated: boolean, most: number) => {
    const candidates = writable(store, typeId, calculated)
    if (candidates.length === 0) return {}
    const chosen = Array.from({ length: 1 + choices.below(most) }, () => choices.one(candidates))
    return Object.fromEntries(chosen.map((each) => [each.name, valueFor(each, choices)]))
  }
  return {
    create({ type, live }) {
      const given = Object.entries(values(type.typeId, false, 12))
      const set = given.filter((entry): entry is [string, string] => entry[1] !== null)
      live.push(store.create(type.typeId, Object.fromEntries(set)).id)
      return true
    },
    update({ type, live }) {
      if (live.length === 0) return false
      store.update(type.typeId, choices.one(live), values(type.typeId, false, 4))
      return true
    },
    recalculate({ type, live }) {
      if (live.length === 0) return false
      const changed = values(type.typeId, true, 2)
      store.update(type.typeId, choices.one(live), changed, { silently: true })
      return true
    },
  }
}

function writable(store: Store, typeId: string, calculated: boolean): readonly Property[] {
  return store
    .properties(typeId)
    .filter((each) => each.archived !== true && each.calculated === calculated)
    .filter(({ name }) => !own.test(name))
}

function move(
  from: string[],
  to: string[] | null,
  { type }: Part,
  choices: Choices,
  apply: (typeId: string, id: string) => void,
): boolean {
  // An empty portal would test nothing more.
  if (from.length < 2) return false
  const id = take(from, choices)
  apply(type.typeId, id)
  to?.push(id)
  return true
}

function merge(store: Store, part: Part, choices: Choices): boolean {
  const { type, live } = part
  if (live.length < 4) return false
  const mergedId = take(live, choices)
  const primaryId = take(live, choices)
  const { typeId } = type
  const survivorId = store.merge(typeId, primaryId, mergedId, { newId: choices.chance(0.4) })
  live.push(survivorId)
  return true
}

function link(store: Store, from: Part, to: Part, choices: Choices): boolean {
  const types = store.associationTypes(from.type.typeId, to.type.typeId)
  if (types.length === 0) return false
  const [fromId, toId] = [choices.one(from.live), choices.one(to.live)]
  if (fromId === toId) return false
  store.link(from.type.typeId, fromId, to.type.typeId, toId, choices.one(types))
  return true
}

/** An existing link of one of a few records. */
function unlink(store: Store, from: Part, to: Part, choices: Choices): boolean {
  for (let tried = 0; tried < 5; tried += 1) {
    const fromId = choices.one(from.live)
    const links = store.links(from.type.typeId, fromId, to.type.typeId)
    if (links.length === 0) continue
    store.unlink(from.type.typeId, fromId, to.type.typeId, choices.one(links).toId)
    return true
  }
  return false
}

/** Removes one without keeping the order, on which nothing relies. */
function take(list: string[], choices: Choices): string {
  const index = choices.below(list.length)
  const taken = list[index]
  const last = list.pop()
  if (taken === undefined || last === undefined) throw new Error('the list is empty')
  if (index < list.length) list[index] = last
  return taken
}
