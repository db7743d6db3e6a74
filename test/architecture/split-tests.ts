import { importsOf, type SourceFile } from './source-files.ts'

/** The test files of each project in vitest.config.ts, as repository paths. */
export interface TestSplit {
  /** They need only this process: no Postgres, no server, no other program. */
  readonly pure: readonly string[]
  readonly database: readonly string[]
}

/** A module that loads one of these can reach a server or another program. */
const waysOut: ReadonlySet<string> = new Set([
  'node:child_process',
  'node:http',
  'node:net',
  'pg',
  'playwright-core',
  'simulator/start-simulator.ts',
])

const databaseFile = /^runtime\/.*\/(database|cluster|embedded)\.ts$/

/**
 * Splits the test files by their imports, directly or through other files of `test/` and `scripts/`.
 * Type-only imports do not count. `test/support/vitest/stay-pure.ts` fails a pure test that opens a connection
 * anyway.
 */
export function splitTests(files: readonly SourceFile[]): TestSplit {
  const loads = new Map(files.map((file) => [file.path, loadsOf(file)]))
  const tests = files.map(({ path }) => path).filter((path) => path.endsWith('.test.ts'))
  const isPure = (path: string) => !reachesOut(path, loads, new Set())
  return { pure: tests.filter(isPure), database: tests.filter((path) => !isPure(path)) }
}

function reachesOut(
  path: string,
  loads: ReadonlyMap<string, readonly string[]>,
  seen: Set<string>,
): boolean {
  if (seen.has(path)) return false
  seen.add(path)
  return (loads.get(path) ?? []).some(
    (target) =>
      waysOut.has(target) ||
      databaseFile.test(target) ||
      (/^(test|scripts)\//.test(target) && reachesOut(target, loads, seen)),
  )
}

function loadsOf({ path, text }: SourceFile): readonly string[] {
  return importsOf(path, text.replaceAll(/^(import|export) type [^'"]*['"][^'"]+['"]/gm, ''))
}
