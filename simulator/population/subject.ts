import { OWNERS } from '../catalogue/owners.ts'
import type { Owner } from '../store.ts'
import { type Journey, journeyOf } from './journey.ts'
import { mix, pick, saltOf } from './mix.ts'
import { type Company, companyOf, type Person, personOf } from './people.ts'

/** What values may refer to beyond their own record. */
export interface World {
  /** How many records of an object type the population has. */
  size(typeId: string): number
  id(typeId: string, index: number): number
  /** The seed of a record, from which its name and the like follow. */
  seed(typeId: string, index: number): number
  /** Index of the primary company of a contact, deal or ticket. */
  primaryCompany(typeId: string, index: number): number | undefined
  /** How many records of another type this one links to, at most. */
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

/** One record of the population while its values are made; what several values share is worked out once. */
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

  /** Its way through the stages of its pipeline. */
  get journey(): Journey {
    this.#journey ??= journeyOf(this.typeId, this.seed, this.createdMs, this.modifiedMs)
    return this.#journey
  }

  /** The person a contact is; for other records, someone who fits in. */
  get person(): Person {
    this.#person ??= personOf(this.seed)
    return this.#person
  }

  /** The company a company is; for other records, one that fits in. */
  get company(): Company {
    this.#company ??= companyOf(this.seed)
    return this.#company
  }

  /** Four in five records have an owner, archived ones among them. */
  get owner(): Owner | undefined {
    const draw = mix(this.seed, OWNER)
    return draw % 5 === 0 ? undefined : pick(draw, OWNERS)
  }
}
