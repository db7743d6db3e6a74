import type { AssociationKind } from '../catalogue/association-kinds.ts'
import { mix, saltOf } from './mix.ts'
import { Permutation } from './permutation.ts'

/**
 * Links between two populations, computable from either side: each record of the side that has many
 * belongs to at most one of the other side, found by arithmetic on its index.
 */
export interface Relation {
  /** Type id of the side of which each record has at most one partner. */
  readonly many: string
  readonly one: string
  partnerOfMany(index: number): number | undefined
  partnersOfOne(index: number): Iterable<number>
  /** The kinds of the link that a record of the many side has. */
  kindsOf(manyIndex: number): readonly AssociationKind[]
}

export interface RelationSides {
  readonly many: { readonly typeId: string; readonly size: number }
  readonly one: { readonly typeId: string; readonly size: number }
}

export interface StrideShape {
  /** What every link of the relation is. */
  readonly kinds: readonly AssociationKind[]
  /** What one link in seven is besides. */
  readonly rareKinds: readonly AssociationKind[]
  /** Which records of the many side take part, by their draw. */
  readonly belongs: (draw: number) => boolean
}

/** Records of the many side, taken in index order, go round the one side. */
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

/** One record that the first N others all link to: more links than one answer of the API holds. */
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
