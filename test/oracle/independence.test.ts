import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { importsOf } from '../architecture/source-files.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Every file of the repository that one file needs, including itself. */
function filesOf(path: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(path)) return found
  found.add(path)
  for (const target of importsOf(path, readFileSync(join(root, path), 'utf8'))) {
    if (target.endsWith('.ts')) filesOf(target, found)
  }
  return found
}

it('the judge shares nothing with the engine that it judges', () => {
  const files = [...filesOf('test/oracle/judge-copy.ts')]
  expect(files).toContain('test/oracle/expected-records.ts')
  expect(files).toContain('test/support/expected-value.ts')
  expect(files.filter((path) => path.startsWith('runtime/'))).toEqual([])
})

it("the rows of Fivetran's tables are made without our tables, views and engine", () => {
  const files = [...filesOf('test/oracle/fivetran-rows.ts')]
  expect(files).toContain('simulator/store.ts')
  expect(files.filter((path) => /^(?:runtime|generator\/(?:render|explore))\//.test(path))).toEqual(
    [],
  )
})
