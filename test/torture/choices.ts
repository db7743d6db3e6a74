import { type Random, seededRandom } from '../../simulator/seeded-random.ts'

/** Random decisions by the seed of a torture: the same questions in the same order get the same answers. */
export interface Choices {
  /** True so often, 0 to 1. */
  chance(share: number): boolean
  /** From 0 up to and without `end`. */
  below(end: number): number
  one<T>(list: readonly T[]): T
  /** An independent sequence of its own. */
  fork(): Choices
}

export function choicesOf(seed: number): Choices {
  return fromRandom(seededRandom(seed))
}

function fromRandom(random: Random): Choices {
  const below = (end: number) => Math.floor(random() * end)
  return {
    chance: (share) => random() < share,
    below,
    one<T>(list: readonly T[]): T {
      const chosen = list[below(list.length)]
      if (chosen === undefined) throw new Error('nothing to choose from')
      return chosen
    },
    fork: () => fromRandom(seededRandom(below(2 ** 31))),
  }
}
