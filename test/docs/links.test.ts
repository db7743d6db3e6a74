import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, posix } from 'node:path'
import { expect, it } from 'vitest'
import {
  type Document,
  proseOf,
  readDocument,
  readDocuments,
  repository,
} from './read-documents.ts'

interface Link {
  readonly target: string
  /** From the root of the repository; "" for the document itself. */
  readonly path: string
  readonly anchor: string
}

/** Links and pictures to files of the repository. */
function linksOf(document: Document): readonly Link[] {
  return [...proseOf(document).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor = ''] = target.split('#')
    const whole = path === '' ? document.path : posix.join(dirname(document.path), path)
    return { target, path: whole, anchor }
  })
}

/** The anchors that GitHub gives to the headings of a document. */
function anchorsOf(document: Document): ReadonlySet<string> {
  const headings = proseOf(document).matchAll(/^#+ (.*)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

const documents = [
  ...readDocuments(),
  ...globSync('generated/*/README.md', { cwd: repository }).map(readDocument),
]

it.each(documents)('every link of $path leads to a file, and to a heading of it', (document) => {
  const broken = linksOf(document).filter(({ path, anchor }) => {
    if (!existsSync(new URL(path, repository))) return true
    return anchor !== '' && !anchorsOf(readDocument(path)).has(anchor)
  })
  expect(broken.map(({ target }) => target)).toEqual([])
})

it('every link of README.md leads to a file of the package', () => {
  const { files } = JSON.parse(readFileSync(new URL('package.json', repository), 'utf8')) as {
    readonly files: readonly string[]
  }
  const packed = new Set(globSync([...files, 'README.md', 'LICENSE'], { cwd: repository }))
  const links = linksOf(readDocument('README.md'))
  expect(links.length).toBeGreaterThan(5)
  const missing = links.filter(({ path }) => !packed.has(path))
  expect(missing.map(({ target }) => target)).toEqual([])
})
