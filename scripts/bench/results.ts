import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Figure } from './figure.ts'

const path = new URL('../../test/bench/results.md', import.meta.url)
const heading = `# Benchmark results

Medians of at least three on a noisy machine: read the ratios, not the seconds. Each section is what
\`npm run bench <name>\` wrote last.
`

/** Replaces one benchmark's section in test/bench/results.md, sections sorted by name. */
export function writeResult(
  name: string,
  machine: string,
  commit: string,
  figures: readonly Figure[],
): void {
  const sections = readSections()
  sections.set(name, formatSection(name, machine, commit, figures))
  const sorted = [...sections].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text)
  mkdirSync(new URL('.', path), { recursive: true })
  writeFileSync(path, [heading, ...sorted].join('\n'))
}

function readSections(): Map<string, string> {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const parts = text.split(/^(?=## )/m).filter((part) => part.startsWith('## '))
  return new Map(parts.map((part) => [/^## (\S+)/.exec(part)?.[1] ?? '', `${part.trimEnd()}\n`]))
}

function formatSection(
  name: string,
  machine: string,
  commit: string,
  figures: readonly Figure[],
): string {
  const rows = figures.map(({ what, median, bound }) => `| ${what} | ${median} | ${bound ?? ''} |`)
  return [
    `## ${name}`,
    '',
    `\`npm run bench ${name}\` at ${commit}; ${machine}.`,
    '',
    '| figure | median | bound |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}
