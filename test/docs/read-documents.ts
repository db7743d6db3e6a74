import { globSync, readFileSync } from 'node:fs'

export const repository: URL = new URL('../../', import.meta.url)

export interface Document {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
}

/** A fenced block of code. */
export interface Block {
  /** `README.md:27`. */
  readonly place: string
  readonly document: string
  /** `sh`, `ts`, …; "" if none is given. */
  readonly language: string
  /** The rest of the line that opens it: the name of a file, or "". */
  readonly name: string
  readonly text: string
}

/** Documents that people read; generated ones are read elsewhere. */
export function readDocuments(): readonly Document[] {
  const paths = globSync(['*.md', 'docs/**/*.md', 'simulator/*.md', '.github/**/*.md'], {
    cwd: repository,
  })
  return paths.toSorted().map(readDocument)
}

export function readDocument(path: string): Document {
  return { path, text: readFileSync(new URL(path, repository), 'utf8') }
}

export function blocksOf({ path, text }: Document): readonly Block[] {
  const blocks: Block[] = []
  let open: { readonly line: number; readonly info: string; readonly lines: string[] } | null = null
  for (const [index, line] of text.split('\n').entries()) {
    const [, info] = /^ *```(.*)$/.exec(line) ?? []
    if (open === null && info !== undefined) open = { line: index + 1, info, lines: [] }
    else if (open !== null && info === '') {
      const [language = '', name = ''] = open.info.split(' ')
      const place = `${path}:${open.line}`
      blocks.push({ place, document: path, language, name, text: `${open.lines.join('\n')}\n` })
      open = null
    } else open?.lines.push(line)
  }
  if (open !== null) throw new Error(`${path}:${open.line}: the block does not end`)
  return blocks
}

/** The text without its blocks of code. */
export function proseOf({ text }: Document): string {
  return text.replaceAll(/^ *```[^\n]*\n.*?^ *```$/gms, '')
}
