import type { Property, Store, StoredRecord } from '../../simulator/store.ts'

const contacts = '0-1'
/** Every list includes them, requested or not. */
const alwaysThere = [
  'hs_object_id',
  'createdate',
  'lastmodifieddate',
  'email',
  'firstname',
  'lastname',
]

/**
 * The same portal with exactly `width` contact properties: evenly chosen ones, so that types and fill stay
 * those of a whole portal, or, if the portal has fewer, all of them and copies under other names.
 */
export function withContactProperties(store: Store, width: number): Store {
  const live = store.properties(contacts).filter(({ archived }) => archived !== true)
  const { definitions, originals } = chooseProperties(live, width)
  const widen = (typeId: string, record: StoredRecord): StoredRecord =>
    typeId === contacts ? new WideRecord(record, originals) : record
  const wide: Partial<Store> = {
    properties: (typeId) => (typeId === contacts ? definitions : store.properties(typeId)),
    *scan(typeId, fromId, options) {
      for (const record of store.scan(typeId, fromId, options)) yield widen(typeId, record)
    },
    *scanByModified(typeId, fromMs) {
      for (const record of store.scanByModified(typeId, fromMs)) yield widen(typeId, record)
    },
    record(typeId, id) {
      const record = store.record(typeId, id)
      return record && widen(typeId, record)
    },
  }
  return new Proxy(store, {
    get(target, name) {
      const value = wide[name as keyof Store] ?? target[name as keyof Store]
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function chooseProperties(live: readonly Property[], width: number) {
  const originals = new Map<string, string>()
  const first = live.filter(({ name }) => alwaysThere.includes(name))
  const rest = live.filter(({ name }) => !alwaysThere.includes(name))
  const wanted = width - first.length
  if (wanted <= rest.length) {
    const spread = rest.filter(
      (_, index) =>
        Math.floor(((index + 1) * wanted) / rest.length) >
        Math.floor((index * wanted) / rest.length),
    )
    return { definitions: [...first, ...spread], originals }
  }
  const again = Array.from({ length: wanted - rest.length }, (_, index) => {
    const original = rest[index % rest.length] as Property
    const name = `${original.name}_${2 + Math.floor(index / rest.length)}`
    originals.set(name, original.name)
    return { ...original, name, label: `${original.label} (again)`, hasUniqueValue: false }
  })
  return { definitions: [...live, ...again], originals }
}

class WideRecord implements StoredRecord {
  readonly #record: StoredRecord
  readonly #originals: ReadonlyMap<string, string>

  constructor(record: StoredRecord, originals: ReadonlyMap<string, string>) {
    this.#record = record
    this.#originals = originals
  }

  get id(): string {
    return this.#record.id
  }

  get createdAt(): string {
    return this.#record.createdAt
  }

  get updatedAt(): string {
    return this.#record.updatedAt
  }

  get archived(): boolean {
    return this.#record.archived
  }

  get properties(): Readonly<Record<string, string>> {
    return this.#record.properties
  }

  value(property: string): string | undefined {
    return this.#record.value(this.#originals.get(property) ?? property)
  }
}
