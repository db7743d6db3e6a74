import { OWNERS } from '../catalogue/owners.ts'
import { pipelinesOf } from '../catalogue/pipelines.ts'
import { USERS } from '../catalogue/users.ts'
import type { ObjectType, Owner, Pipeline, PortalUsers } from '../store.ts'

/** The portal's object types, pipelines, owners and users, which an admin may change. */
export class PortalDefinitions {
  readonly #objectTypes: readonly ObjectType[]
  readonly #archived = new Set<string>()
  /** By type id, if they differ from the catalogue. */
  readonly #pipelines = new Map<string, readonly Pipeline[] | undefined>()
  #owners = OWNERS
  #users = USERS

  constructor(objectTypes: readonly ObjectType[]) {
    this.#objectTypes = objectTypes
  }

  objectTypes(state: 'live' | 'archived'): readonly ObjectType[] {
    const wanted = state === 'archived'
    return this.#objectTypes.filter(({ typeId }) => this.#archived.has(typeId) === wanted)
  }

  find(nameOrId: string): ObjectType | undefined {
    const wanted = nameOrId.toLowerCase()
    return this.objectTypes('live').find((each) =>
      [
        each.typeId,
        each.fullyQualifiedName?.toLowerCase(),
        ...(each.custom ? [] : [each.name, each.singularName, ...(each.aliases ?? [])]),
      ].includes(wanted),
    )
  }

  archive(typeId: string): void {
    const type = this.#objectTypes.find((each) => each.typeId === typeId)
    if (type?.custom !== true) throw new Error(`no custom object \`${typeId}\``)
    this.#archived.add(typeId)
  }

  restore(typeId: string): void {
    this.#archived.delete(typeId)
  }

  pipelines(typeId: string): readonly Pipeline[] | undefined {
    return this.#pipelines.has(typeId) ? this.#pipelines.get(typeId) : pipelinesOf(typeId)
  }

  setPipelines(typeId: string, pipelines: readonly Pipeline[] | undefined): void {
    this.#pipelines.set(typeId, pipelines)
  }

  owners(): readonly Owner[] {
    return this.#owners
  }

  setOwners(owners: readonly Owner[]): void {
    this.#owners = owners
  }

  users(): PortalUsers {
    return this.#users
  }

  setUsers(users: PortalUsers): void {
    this.#users = users
  }
}
