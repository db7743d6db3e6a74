import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  findCycles,
  findRoomCycles,
  findUnusedDirections,
  findWrongImports,
  readRooms,
} from './directions.ts'
import { importsOf, readSourceFiles, type SourceFile } from './source-files.ts'

const files = readSourceFiles()
const ours = files.filter(({ path }) => !path.startsWith('generated/'))

function file(path: string, text: string): SourceFile {
  return { path, text, imports: importsOf(path, text) }
}

describe('the directions of imports', () => {
  it('are those of the table in ARCHITECTURE.md', () => {
    expect(findWrongImports(files)).toEqual([])
  })

  it('are all that the table lists', () => {
    expect(readRooms().length).toBeGreaterThan(30)
    expect(findUnusedDirections(files)).toEqual([])
  })

  it('lead to files that exist, wherever ARCHITECTURE.md names one', () => {
    const root = new URL('../../', import.meta.url)
    const document = readFileSync(new URL('ARCHITECTURE.md', root), 'utf8')
    const named = [...document.matchAll(/`((?:generator|runtime|dashboard|test)\/[\w./-]+)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => path.endsWith('.ts') && !existsSync(new URL(path, root)))
    expect(named).toEqual([])
  })

  it('have no cycle of rooms', () => {
    expect(findRoomCycles()).toEqual([])
  })

  it('have no cycle', () => {
    expect(findCycles(files)).toEqual([])
  })

  it('name the offending import and what the room is for', () => {
    const wrong = file('runtime/sync/engine.ts', "import yargs from 'yargs'\n")
    expect(findWrongImports([wrong])).toEqual([
      expect.stringMatching(
        /^runtime\/sync\/engine\.ts imports yargs, which the row `runtime\/sync` of ARCHITECTURE\.md does not list\. Inside is: .+/,
      ),
    ])
  })

  it.each([
    ["import { a } from '../../runtime/errors.ts'", 'runtime/errors.ts'],
    ["import type { A } from '../../runtime/errors.ts'", 'runtime/errors.ts'],
    ["export * from '../../runtime/errors.ts'", 'runtime/errors.ts'],
    ["import {\n  a,\n  b,\n} from '../../runtime/errors.ts'", 'runtime/errors.ts'],
    ["const a = await import('../../runtime/errors.ts')", 'runtime/errors.ts'],
    ["import '@hubspot/api-client/lib/x.js'", '@hubspot/api-client'],
    ["import fs from 'fs'", 'node:fs'],
  ])('sees %s', (text, target) => {
    expect(importsOf('simulator/http/a.ts', text)).toEqual([target])
  })

  it('find a cycle that is one', () => {
    const cycle = [
      file('runtime/a.ts', "import { b } from './b.ts'"),
      file('runtime/b.ts', "import { a } from './a.ts'"),
    ]
    expect(findCycles(cycle)).toEqual(['runtime/a.ts → runtime/b.ts → runtime/a.ts'])
  })
})

describe('source files', () => {
  it('have at most 300 lines', () => {
    const long = ours
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > (path.startsWith('test/') ? 500 : 300))
    expect(long, 'split by responsibility, so that each name says what is inside').toEqual([])
  })

  it('stand in no drawer for everything', () => {
    const drawers = ours.filter(({ path }) =>
      /(^|[/-])(utils?|helpers?|common|lib|misc)([./-]|$)/.test(path),
    )
    expect(
      drawers.map(({ path }) => path),
      'name the file after what it does',
    ).toEqual([])
  })

  it('name no machine', () => {
    const machine = /\/(home|work|Users)\/\w/
    expect(files.filter(({ text }) => machine.test(text)).map(({ path }) => path)).toEqual([])
  })
})
