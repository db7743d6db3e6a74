import type { AssociationKind } from '../catalogue/association-kinds.ts'
import { mix, saltOf } from './mix.ts'
import { Permutation } from './permutation.ts'

/**
 * Links between two populations, computable from either side: each record of the `many` side belongs to at
 * most one of the `one` side, determined by arithmetic on its index.
 */
export interface Relation {
  /** Type id of the side whose records have at most one partner. */
  readonly many: string
  readonly one: string
  partnerOfMany(index: number): number | undefined
  partnersOfOne(index: number): Iterable<number>
  /** The kinds of the link of a record of the many side. */
  kindsOf(manyIndex: number): readonly AssociationKind[]
}

export interface RelationSides {
  readonly many: { readonly typeId: string; readonly size: number }
  readonly one: { readonly typeId: string; readonly size: number }
}

export interface StrideShape {
  /** Kinds of every link of the relation. */
  readonly kinds: readonly AssociationKind[]
  /** Additional kinds of one in seven links. */
  readonly rareKinds: readonly AssociationKind[]
  /** Whether a record of the many side takes part, by its draw. */
  readonly belongs: (draw: number) => boolean
}

/** Assigns records of the many side, in index order, to the one side in rotation. */
export function strideRelation(sides: RelationSides, shape: StrideShape): Relation {
  const { many, one } = sides
  const { kinds, rareKinds } = shape
  const name = kinds.map((kind) => kind.name).join()
  const salt = saltOf(`${name} ${many.typeId} ${one.typeId}`)
  const scatter = new Permutation(one.size, salt)
  const allKinds = [...kinds, ...rareKinds]
  const belongs = (index: number) => shape.belongs(mix(salt, index))
  return {
    many: many.typeId,
    one: one.typeId,
    partnerOfMany: (index) =>
      one.size > 0 && belongs(index) ? scatter.forward(index % one.size) : undefined,
    *partnersOfOne(index) {
      for (let at = scatter.backward(index); at < many.size; at += one.size) {
        if (belongs(at)) {
          yield at
        }
      }
    },
    kindsOf: (manyIndex) => (mix(salt, manyIndex) % 7 === 0 ? allKinds : kinds),
  }
}

/** One record to which the first `partners` others all link: more links than one answer of the API holds. */
export function hubRelation(
  sides: RelationSides,
  shape: { kinds: readonly AssociationKind[]; hub: number; partners: number },
): Relation {
  const { many, one } = sides
  const until = one.size > shape.hub ? Math.min(shape.partners, many.size) : 0
  return {
    many: many.typeId,
    one: one.typeId,
    partnerOfMany: (index) => (index < until ? shape.hub : undefined),
    *partnersOfOne(index) {
      for (let at = 0; index === shape.hub && at < until; at++) {
        yield at
      }
    },
    kindsOf: () => shape.kinds,
  }
}
