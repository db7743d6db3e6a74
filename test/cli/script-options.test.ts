import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const bench = fileURLToPath(new URL('../../scripts/bench.ts', import.meta.url))

function run(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=hubgen-source', bench, ...args],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

it('npm run bench -- --help lists benchmarks and options', () => {
  const { status, stdout, stderr } = run('--help')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('calls, floor,')
  expect(stdout).toContain('--rounds <number>')
})

it.each([
  [['flor'], 'there is no `flor`; did you mean `floor`?'],
  [['--recrods', '3'], 'there is no option `--recrods`; did you mean `--records`?'],
  [['floor', '--bogus'], 'there is no option `--bogus`\n'],
])('npm run bench -- %j says what there is instead', (args, said) => {
  const { status, stderr } = run(...args)
  expect(status).toBe(2)
  expect(stderr).toContain(said)
  expect(stderr).toContain('fix: `npm run bench -- --help`')
})
