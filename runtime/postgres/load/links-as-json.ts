import { stripUnstorable } from '../../values/strip-unstorable.ts'

/** One row of an association table. */
export interface LinkRow {
  readonly fromId: string
  readonly toId: string
  readonly typeId: number
  readonly category: string
  readonly label: string | null
}

/** Records whose links are all known, with these links, as one statement parameter. */
export function linksAsJson(fromIds: readonly string[], links: readonly LinkRow[]): string {
  return JSON.stringify({
    ids: fromIds,
    links: links.map(({ fromId, toId, typeId, category, label }) => ({
      f: fromId,
      t: toId,
      y: typeId,
      c: stripUnstorable(category).text,
      ...(label !== null && { l: stripUnstorable(label).text }),
    })),
  })
}
