/** A row in the shape in which HubSpot sends it. */
export type ResourceRow = Readonly<Record<string, unknown>>

/** Kinds of rows that are no records of the CRM. Members, submissions, assets, rules and types of associations belong to a parent. */
export const resourceKinds = [
  'list',
  'list_member',
  'form',
  'form_submission',
  'marketing_email',
  'email_campaign',
  'email_event',
  'event_occurrence',
  'subscription_type',
  'subscription_change',
  'marketing_campaign',
  'marketing_campaign_asset',
  'flow',
  'flow_email',
  'currency',
  'exchange_rate',
  'property_validation',
  'association_type',
] as const

export type ResourceKind = (typeof resourceKinds)[number]

export interface ResourceEntry {
  /** Unique within its kind and parent. */
  readonly key: string
  /** The key of the list, form or campaign that it belongs to, or a pair of object types (`0-1:0-2`); otherwise "". */
  readonly parent: string
  readonly row: ResourceRow
}

/** The rows of a portal by kind, made when a kind is asked for the first time. Tests change them. */
export class Resources {
  readonly #make: (kind: ResourceKind) => readonly ResourceEntry[]
  readonly #kinds = new Map<ResourceKind, Map<string, ResourceEntry>>()

  constructor(make: (kind: ResourceKind) => readonly ResourceEntry[]) {
    this.#make = make
  }

  /** In the order in which they were made; of one parent, if it is given. */
  list(kind: ResourceKind, parent?: string): readonly ResourceEntry[] {
    const all = [...this.#entries(kind).values()]
    return parent === undefined ? all : all.filter((entry) => entry.parent === parent)
  }

  find(kind: ResourceKind, key: string, parent = ''): ResourceEntry | undefined {
    return this.#entries(kind).get(idOf(parent, key))
  }

  /** Replaces the row, or adds it. */
  put(kind: ResourceKind, key: string, row: ResourceRow, parent = ''): void {
    this.#entries(kind).set(idOf(parent, key), { key, parent, row })
  }

  /** Sets the given fields of a row; undefined removes a field. */
  patch(kind: ResourceKind, key: string, fields: ResourceRow, parent = ''): void {
    const entry = this.find(kind, key, parent)
    if (entry === undefined) throw new Error(`no ${kind} \`${idOf(parent, key)}\``)
    const merged = Object.entries({ ...entry.row, ...fields })
    const row = Object.fromEntries(merged.filter(([, value]) => value !== undefined))
    this.put(kind, key, row, parent)
  }

  /** Whether it was there. */
  remove(kind: ResourceKind, key: string, parent = ''): boolean {
    return this.#entries(kind).delete(idOf(parent, key))
  }

  #entries(kind: ResourceKind): Map<string, ResourceEntry> {
    let entries = this.#kinds.get(kind)
    if (entries === undefined) {
      entries = new Map(
        this.#make(kind).map((entry) => [idOf(entry.parent, entry.key), entry] as const),
      )
      this.#kinds.set(kind, entries)
    }
    return entries
  }
}

function idOf(parent: string, key: string): string {
  return parent === '' ? key : `${parent}/${key}`
}
