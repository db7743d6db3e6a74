import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { blocksOf, readDocuments, repository } from './read-documents.ts'
import { samples } from './samples.ts'

describe('the list of samples', () => {
  const documents = readDocuments().filter(({ path }) => path !== 'docs/commands.md')

  it.each(documents)('has every block of $path', (document) => {
    const fences = blocksOf(document).map(({ language, name }) => `${language} ${name}`.trim())
    expect((samples[document.path] ?? []).map(([fence]) => fence)).toEqual(fences)
  })

  it('names tests that exist', () => {
    const named = Object.values(samples)
      .flat()
      .flatMap(([, reason]) => reason.match(/test\/\S+\.test\.ts/g) ?? [])
    expect(named.filter((path) => !existsSync(new URL(path, repository)))).toEqual([])
  })
})
