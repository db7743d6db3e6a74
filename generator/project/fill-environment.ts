/**
 * The text of `.env.example` with these variables set, each on the line that names it: a commented line is set free, a
 * variable without a line is added at the end.
 */
export function fillEnvironment(example: string, variables: ReadonlyMap<string, string>): string {
  let text = example
  for (const [name, value] of variables) {
    const line = `${name}=${quote(value)}`
    const place = new RegExp(`^(?:# )?${name}=.*$`, 'm')
    text = place.test(text) ? text.replace(place, () => line) : `${text}${line}\n`
  }
  return text
}

/** Node's parser ends an unquoted value at `#` and knows no escapes in a quoted one. */
function quote(value: string): string {
  if (/^[\w.~:/?@%&=+,!*()-]*$/.test(value)) return value
  const mark = ["'", '"', '`'].find((one) => !value.includes(one)) ?? "'"
  return `${mark}${value}${mark}`
}
