import { expect, it } from 'vitest'
import { readSourceFiles } from './source-files.ts'

/** Documents, and lines of a unified diff, are written as they are. */
const written: ReadonlySet<string> = new Set([
  'generator/cli/adopt/run-adopt.ts: `${transaction}\\n`',
  'generator/cli/compare/run-compare.ts: document',
  'generator/cli/diff/run-diff.ts: text',
  'generator/cli/generate/print-differences.ts: `${colour(line)}\\n`',
  'generator/cli/migrate/print-plan.ts: `${migration.sql.trimEnd()}\\n`',
  'generator/cli/portals/run-portals-action.ts: plan',
])

it('text for people goes through `print`, which wraps it and names commands as they are typed', () => {
  const direct = readSourceFiles()
    .filter(({ path }) => /^(generator|runtime)\//.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/process\.std(?:out|err)\.write\(\s*([^;]*?),?\s*\)$/gm)]
        .map(([, argument = '']) => argument)
        .filter((argument) => !/json|startedLine|stoppedLine/i.test(argument))
        .map((argument) => `${path}: ${argument}`),
    )
  expect(direct.toSorted()).toEqual([...written])
})
