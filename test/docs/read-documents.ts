import { globSync, readFileSync } from 'node:fs'

export const repository: URL = new URL('../../', import.meta.url)

export interface Document {
  /** From the root of the repository. */
  readonly path: string
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

/** The text without its blocks of code. */
export function proseOf({ text }: Document): string {
  return text.replaceAll(/^ *```[^\n]*\n.*?^ *```$/gms, '')
}
