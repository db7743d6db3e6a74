import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hubgenCodes } from '../../runtime/errors.ts'
import { readSourceFiles } from './source-files.ts'

const root = new URL('../../', import.meta.url)
const sources = readSourceFiles().filter(
  ({ path }) => !path.startsWith('test/') && path !== 'runtime/errors.ts',
)

describe('the table of error codes', () => {
  it('has no code that nothing gives', () => {
    const unused = [...hubgenCodes.keys()].filter(
      (code) => !sources.some(({ text }) => text.includes(`'${code}'`)),
    )
    expect(unused).toEqual([])
  })

  it('has every code that a document or a message shows', () => {
    const documents = globSync(['*.md', 'docs/**/*.md', 'simulator/*.md'], { cwd: root }).map(
      (path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }),
    )
    const shown = [...documents, ...sources].flatMap(({ path, text }) =>
      [...text.matchAll(/\b(?:error|notice)\[([A-Z_]+)\]/g)].map(([, code = '']) => ({
        path,
        code,
      })),
    )
    const unknown = shown.filter(({ code }) => code !== 'CODE' && !hubgenCodes.has(code))
    expect(unknown).toEqual([])
  })

  it('says that a code ends nothing only where no failure has it', () => {
    const notices = [...hubgenCodes].filter(([, { ends }]) => ends === 'nothing')
    const raised = notices.filter(([code]) =>
      sources.some(({ text }) => new RegExp(`Error\\(\\s*'${code}'`).test(text)),
    )
    expect(raised).toEqual([])
  })
})
