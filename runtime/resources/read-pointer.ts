/** Where the value of a column is found. */
export interface PointerPlace {
  /** The row, or the element of a child table. */
  readonly item: unknown
  /** Of the element, from 0. */
  readonly position: number
  /** The columns that `^name` names, as text. */
  readonly parent: Readonly<Record<string, string | null>>
}

/** The value that a pointer names (see `ResourceColumn`); undefined if there is none. Never throws. */
export function readPointer(pointer: string, { item, position, parent }: PointerPlace): unknown {
  if (pointer === '') return item
  if (pointer === '#') return position
  if (pointer.startsWith('^')) return parent[pointer.slice(1)] ?? undefined
  return stepsOf(pointer).reduce<unknown>(step, item)
}

/** The elements that `fieldGroups[].fields[]` names; `''` is the row itself. Never throws. */
export function readElements(each: string, row: unknown): readonly unknown[] {
  if (each === '') return [row]
  let found: readonly unknown[] = [row]
  for (const part of each.split('.')) {
    const isList = part.endsWith('[]')
    const name = isList ? part.slice(0, -2) : part
    const values = found.map((value) => memberOf(value, name))
    found = isList
      ? values.flatMap((value) => (Array.isArray(value) ? value : []))
      : values.filter((value) => value !== undefined && value !== null)
  }
  return found
}

const stepsByPointer = new Map<string, readonly string[]>()

/** Dots within brackets belong to the value: `values[name=firstname.x].value`. */
function stepsOf(pointer: string): readonly string[] {
  const known = stepsByPointer.get(pointer)
  if (known !== undefined) return known
  const steps = pointer.match(/(?:[^.[]|\[[^\]]*\])+/g) ?? []
  stepsByPointer.set(pointer, steps)
  return steps
}

function step(value: unknown, part: string): unknown {
  if (!part.includes('[')) return memberOf(value, part)
  const found = /^([^[]*)\[([^=\]]+)=([^\]]*)\]$/.exec(part)
  if (found === null) return memberOf(value, part)
  const [, name = '', field = '', wanted = ''] = found
  const list = memberOf(value, name)
  if (!Array.isArray(list)) return undefined
  return list.find((element) => String(memberOf(element, field)) === wanted)
}

/** Only own members: a field may be called `constructor`. */
function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Readonly<Record<string, unknown>>)[name]
}
