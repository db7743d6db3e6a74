/**
 * When links were made or cut, in changes of the portal: a copy gets no signal of that, so it looks daily.
 */
export class LinkLedger {
  readonly #changedAt = new Map<string, number>()

  note(end: LinkEnd, other: LinkEnd, at: number): void {
    this.#changedAt.set(keyOf(end, other), at)
    this.#changedAt.set(keyOf(other, end), at)
  }

  /** 0 if the links between the two equal those that the judge found in the copy. */
  changedAt(end: LinkEnd, other: LinkEnd): number {
    return this.#changedAt.get(keyOf(end, other)) ?? 0
  }

  /** Pairs of one type to another whose links changed, the first type's id first. */
  *pairs(fromTypeId: string, toTypeId: string): Generator<readonly [string, string]> {
    for (const key of this.#changedAt.keys()) {
      const [from = '', fromId = '', to = '', toId = ''] = key.split(' ')
      if (from === fromTypeId && to === toTypeId) yield [fromId, toId]
    }
  }

  settle(): void {
    this.#changedAt.clear()
  }
}

export interface LinkEnd {
  readonly typeId: string
  readonly id: string
}

function keyOf(end: LinkEnd, other: LinkEnd): string {
  return `${end.typeId} ${end.id} ${other.typeId} ${other.id}`
}
