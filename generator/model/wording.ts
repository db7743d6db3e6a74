/**
 * A sentence in which what comes from outside (names, labels, paths) is told apart from our own words,
 * so that each output language can quote it its own way.
 */
export type Wording = readonly (string | { readonly value: string })[]

/** Interpolated text is a value; an interpolated wording, such as `[ourWord]`, is taken over. */
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

/** Text is cut behind N characters; a description may have thousands. */
export function shortened(text: string, characters = 60): string {
  const all = [...text]
  return all.length <= characters ? text : `${all.slice(0, characters - 1).join('')}…`
}
