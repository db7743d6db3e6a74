import { ASSOCIATION_KINDS, type AssociationKind } from '../catalogue/association-kinds.ts'
import { TYPE_ID } from '../catalogue/object-types.ts'
import type { AssociationType } from '../store.ts'
import { hubRelation, type Relation, strideRelation } from './relations.ts'

const { contacts, companies, deals, tickets, lineItems, vehicles } = TYPE_ID
const { calls, communications, emails, meetings, notes, tasks } = TYPE_ID

/** Engagements with user-defined labels of their links to contacts. */
const LABELLED: readonly string[] = [calls, meetings]

interface StridePlan {
  readonly many: string
  readonly one: string
  readonly kinds: readonly string[]
  readonly rareKinds?: readonly string[]
  readonly belongs: (draw: number) => boolean
}

const all = () => true
const most = (draw: number) => draw % 10 < 8
const half = (draw: number) => draw % 2 === 0
const few = (draw: number) => draw % 9 === 0

const PRIMARY_COMPANY = { one: companies, kinds: ['plain', 'primary'], belongs: most }

const STRIDES: readonly StridePlan[] = [
  { many: contacts, ...PRIMARY_COMPANY, rareKinds: ['label'] },
  { many: deals, ...PRIMARY_COMPANY, rareKinds: ['label'] },
  { many: tickets, ...PRIMARY_COMPANY },
  { many: contacts, one: companies, kinds: ['plain', 'label'], belongs: few },
  { many: deals, one: companies, kinds: ['plain', 'label'], belongs: few },
  { many: deals, one: contacts, kinds: ['plain'], rareKinds: ['label'], belongs: most },
  { many: contacts, one: deals, kinds: ['plain', 'label'], belongs: few },
  { many: tickets, one: contacts, kinds: ['plain'], belongs: most },
  { many: tickets, one: deals, kinds: ['plain'], belongs: few },
  { many: lineItems, one: deals, kinds: ['plain'], belongs: all },
  { many: vehicles, one: contacts, kinds: ['plain'], rareKinds: ['label'], belongs: most },
  ...[calls, emails, meetings, notes, tasks, communications].flatMap((many) => [
    {
      many,
      one: contacts,
      kinds: ['plain'],
      rareKinds: LABELLED.includes(many) ? ['label'] : [],
      belongs: most,
    },
    { many, one: companies, kinds: ['plain'], belongs: half },
    { many, one: deals, kinds: ['plain'], belongs: half },
    { many, one: tickets, kinds: ['plain'], belongs: few },
  ]),
]

/** Two of each, because one may be archived. */
const HUBS: readonly { many: string; one: string; kinds: readonly string[]; hub: number }[] = [
  { many: contacts, one: companies, kinds: ['plain', 'label'], hub: 3 },
  { many: contacts, one: companies, kinds: ['plain', 'label'], hub: 17 },
  { many: emails, one: deals, kinds: ['plain'], hub: 5 },
  { many: emails, one: deals, kinds: ['plain'], hub: 18 },
]
const HUB_PARTNERS = 620

/** All links of the population, from either side, as indices. */
export class Web {
  /** By the type ids of the two sides, in both orders. */
  readonly #relations = new Map<string, Relation[]>()
  /** By the type id of records with a primary company. */
  readonly #primary: ReadonlyMap<string, Relation>

  constructor(size: (typeId: string) => number) {
    const sides = ({ many, one }: { many: string; one: string }) => ({
      many: { typeId: many, size: size(many) },
      one: { typeId: one, size: size(one) },
    })
    const strides = STRIDES.map((plan) => {
      const { kinds, rareKinds = [], belongs } = plan
      return strideRelation(sides(plan), {
        kinds: kindsBetween(plan.many, plan.one, kinds),
        rareKinds: kindsBetween(plan.many, plan.one, rareKinds),
        belongs,
      })
    })
    const hubs = HUBS.map((plan) => {
      const kinds = kindsBetween(plan.many, plan.one, plan.kinds)
      return hubRelation(sides(plan), { kinds, hub: plan.hub, partners: HUB_PARTNERS })
    })
    for (const relation of [...strides, ...hubs]) {
      this.#add(`${relation.many} ${relation.one}`, relation)
      this.#add(`${relation.one} ${relation.many}`, relation)
    }
    this.#primary = new Map(
      strides
        .filter((_, at) => STRIDES[at]?.kinds === PRIMARY_COMPANY.kinds)
        .map((relation) => [relation.many, relation]),
    )
  }

  /** Partners of a record in another type, by index, with the kinds of their links. */
  partners(fromTypeId: string, index: number, toTypeId: string): Map<number, Set<AssociationType>> {
    const found = new Map<number, Set<AssociationType>>()
    for (const relation of this.#between(fromTypeId, toTypeId)) {
      const isMany = relation.many === fromTypeId
      for (const partner of partnersIn(relation, fromTypeId, index)) {
        const types = found.get(partner) ?? new Set()
        for (const kind of relation.kindsOf(isMany ? index : partner)) {
          types.add(kind.left === fromTypeId ? kind.forward : kind.backward)
        }
        found.set(partner, types)
      }
    }
    return found
  }

  /** Number of a record's links to another type; counts a partner once per shared relation. */
  count(fromTypeId: string, index: number, toTypeId: string): number {
    let count = 0
    for (const relation of this.#between(fromTypeId, toTypeId)) {
      for (const _ of partnersIn(relation, fromTypeId, index)) {
        count += 1
      }
    }
    return count
  }

  /** The index of a record's primary company, if it has one. */
  primaryCompany(typeId: string, index: number): number | undefined {
    return this.#primary.get(typeId)?.partnerOfMany(index)
  }

  #between(oneTypeId: string, otherTypeId: string): readonly Relation[] {
    return this.#relations.get(`${oneTypeId} ${otherTypeId}`) ?? []
  }

  #add(key: string, relation: Relation): void {
    this.#relations.set(key, [...(this.#relations.get(key) ?? []), relation])
  }
}

function partnersIn(relation: Relation, fromTypeId: string, index: number): Iterable<number> {
  if (relation.one === fromTypeId) {
    return relation.partnersOfOne(index)
  }
  const partner = relation.partnerOfMany(index)
  return partner === undefined ? [] : [partner]
}

function kindsBetween(one: string, other: string, names: readonly string[]): AssociationKind[] {
  return ASSOCIATION_KINDS.filter(
    (kind) =>
      names.includes(kind.name) &&
      ((kind.left === one && kind.right === other) || (kind.left === other && kind.right === one)),
  )
}
