import { describe, expect, it } from 'vitest'
import { longestFiles } from '../support/vitest/longest-first.ts'
import { importsOf, readSourceFiles, type SourceFile } from './source-files.ts'
import { splitTests } from './split-tests.ts'

function file(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(path, text) }
}

it('the files that start first exist', () => {
  const tests = new Set(readSourceFiles().map(({ path }) => path))
  expect(Object.keys(longestFiles).filter((path) => !tests.has(path))).toEqual([])
})

describe('the two projects of tests', () => {
  it('together have every test file once', () => {
    const files = readSourceFiles()
    const { pure, database } = splitTests(files)
    const tests = files.filter(({ path }) => path.endsWith('.test.ts')).map(({ path }) => path)
    expect([...pure, ...database].toSorted()).toEqual(tests)
    expect(pure.length).toBeGreaterThan(40)
  })

  it.each([
    ['what needs nothing is pure', "import { a } from '../../runtime/errors.ts'", true],
    ['a server is not', "import { createServer } from 'node:http'", false],
    ['another program is not', "import { spawn } from 'node:child_process'", false],
    ['nor is a database', "import { createDatabase } from '../support/postgres.ts'", false],
    ['its type is', "import type { TestDatabase } from '../support/postgres.ts'", true],
    ['nor what is loaded later', `await import('../support/${'postgres'}.ts')`, false],
  ])('%s', (_, text, isPure) => {
    const helper = file('test/support/postgres.ts', "import pg from 'pg'")
    const split = splitTests([file('test/sync/one.test.ts', text), helper])
    expect(split.pure).toEqual(isPure ? ['test/sync/one.test.ts'] : [])
  })

  it('stop a pure test on its way out', async () => {
    const problem = await fetch('http://127.0.0.1:4321').catch((error: Error) => error.cause)
    expect(problem).toHaveProperty('message', expect.stringContaining('the test into `database`'))
  })
})
