/**
 * A sentence that keeps text from outside (names, labels, paths) apart from our own words, so that each
 * output language can quote it in its own way.
 */
export type Wording = readonly (string | { readonly value: string })[]

/** Interpolated text becomes a value; an interpolated wording, such as `[ourWord]`, is inserted as it is. */
export function words(
  ours: TemplateStringsArray,
  ...theirs: readonly (string | Wording)[]
): Wording {
  return ours.flatMap((text, index) => {
    const next = theirs[index]
    const value = typeof next === 'string' ? [{ value: next }] : (next ?? [])
    return text === '' ? value : [text, ...value]
  })
}

/** Cuts text after `characters` characters; a description may have thousands. */
export function shortened(text: string, characters = 60): string {
  const all = [...text]
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`
}
