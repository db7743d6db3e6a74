import { associationInputs } from '../../hubspot/associations.ts'

/** The first call runs alone and shows how many links records have. */
export const firstInputs = 200
/** Larger answers reduce the size of the next calls, because all calls in flight must fit into memory. */
const mostLinks = 20_000

/** The number of records per call: fewer after large answers, more after small ones. */
export class InputSize {
  inputs = firstInputs

  adapt({ links }: { readonly links: { readonly length: number } }): void {
    if (links.length > mostLinks) this.inputs = Math.max(1, Math.floor(this.inputs / 2))
    else if (links.length < mostLinks / 4) {
      this.inputs = Math.min(associationInputs, this.inputs * 5)
    }
  }
}
