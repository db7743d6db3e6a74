import { OWNERS } from '../catalogue/owners.ts'
import type { Owner } from '../store.ts'
import { type Journey, journeyOf } from './journey.ts'
import { mix, pick, saltOf } from './mix.ts'
import { type Company, companyOf, type Person, personOf } from './people.ts'

/** Facts about other records that values may refer to. */
export interface World {
  /** Number of records of an object type in the population. */
  size(typeId: string): number
  id(typeId: string, index: number): number
  /** The seed of a record, which determines its name and other values. */
  seed(typeId: string, index: number): number
  /** Index of the primary company of a contact, deal or ticket. */
  primaryCompany(typeId: string, index: number): number | undefined
  /** Upper bound of a record's links to another type. */
  linkCount(typeId: string, index: number, otherTypeId: string): number
}

export interface SubjectFacts {
  readonly world: World
  readonly typeId: string
  readonly index: number
  readonly id: number
  readonly createdMs: number
  readonly modifiedMs: number
}

const OWNER = saltOf('owner')

/** A record of the population while its values are computed; caches facts that several values share. */
export class Subject implements SubjectFacts {
  readonly world: World
  readonly typeId: string
  readonly index: number
  readonly id: number
  readonly createdMs: number
  readonly modifiedMs: number
  readonly seed: number
  #journey: Journey | undefined
  #person: Person | undefined
  #company: Company | undefined

  constructor(facts: SubjectFacts, seed: number) {
    this.world = facts.world
    this.typeId = facts.typeId
    this.index = facts.index
    this.id = facts.id
    this.createdMs = facts.createdMs
    this.modifiedMs = facts.modifiedMs
    this.seed = seed
  }

  /** Its passage through the stages of its pipeline. */
  get journey(): Journey {
    this.#journey ??= journeyOf(this.typeId, this.seed, this.createdMs, this.modifiedMs)
    return this.#journey
  }

  /** The person of a contact; for other records, a random person. */
  get person(): Person {
    this.#person ??= personOf(this.seed)
    return this.#person
  }

  /** The company of a company record; for other records, a random company. */
  get company(): Company {
    this.#company ??= companyOf(this.seed)
    return this.#company
  }

  /** Four in five records have an owner, sometimes an archived one. */
  get owner(): Owner | undefined {
    const draw = mix(this.seed, OWNER)
    return draw % 5 === 0 ? undefined : pick(draw, OWNERS)
  }
}
