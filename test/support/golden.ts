import { globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { planWrite } from '../../generator/disk/plan-write.ts'
import { unifiedDiff } from '../../generator/disk/unified-diff.ts'
import type { Analysis } from '../../generator/model/analysis.ts'
import { parseAnalysis } from '../../generator/model/analysis-file.ts'
import { render } from '../../generator/render/render.ts'

/** Every directory here is a case: analyses in `*.json`, and their output under `expected/`. */
export const goldenDirectory = fileURLToPath(new URL('../golden', import.meta.url))

export function listGoldenCases(): readonly string[] {
  return globSync('*/*.json', { cwd: goldenDirectory })
    .map((path) => path.split(/[\\/]/)[0] ?? '')
    .filter((name, index, all) => all.indexOf(name) === index)
    .toSorted()
}

export function readGoldenAnalyses(name: string): readonly Analysis[] {
  return globSync('*.json', { cwd: `${goldenDirectory}/${name}` })
    .toSorted()
    .map((file) => {
      const parsed = parseAnalysis(readFileSync(`${goldenDirectory}/${name}/${file}`, 'utf8'))
      if ('analysis' in parsed) return parsed.analysis
      throw new Error(`${name}/${basename(file)}:\n${parsed.problems.join('\n')}`)
    })
}

/** The files that `generate` writes into an empty folder, by path. */
export function renderGoldenCase(name: string): ReadonlyMap<string, string> {
  return planWrite(render(readGoldenAnalyses(name), []), new Map(), null).write
}

export function readExpectedFiles(name: string): ReadonlyMap<string, string> {
  const directory = `${goldenDirectory}/${name}/expected`
  const entries = globSync('**/*', { cwd: directory, withFileTypes: true })
  return new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      .toSorted()
      .map((path) => [path.slice(directory.length + 1), readFileSync(path, 'utf8')]),
  )
}

/** Missing, different and extra files as one diff; empty when there are none. */
export function diffFiles(
  expected: ReadonlyMap<string, string>,
  found: ReadonlyMap<string, string>,
): string {
  const paths = [...new Set([...expected.keys(), ...found.keys()])].toSorted()
  return paths
    .flatMap((path) => unifiedDiff(path, expected.get(path) ?? null, found.get(path) ?? null) ?? [])
    .join('\n')
}
