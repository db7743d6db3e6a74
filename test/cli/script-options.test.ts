import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

function runScript(name: string, ...args: readonly string[]) {
  const path = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url))
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=hubgen-source', path, ...args],
    { encoding: 'utf8' },
  )
  return { status, stdout, stderr }
}

const run = (...args: readonly string[]) => runScript('bench', ...args)

it('npm run bench -- --help lists benchmarks and options', () => {
  const { status, stdout, stderr } = run('--help')
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toContain('calls, floor,')
  expect(stdout).toContain('--rounds <number>')
})

it.each([
  [['flor'], 'there is no `flor`; did you mean `floor`?'],
  [['--recrods', '3'], 'there is no option `--recrods`; did you mean `--records`?'],
  [['floor', '--bogus'], 'there is no option `--bogus`; there are `--records`, `--rounds`\n'],
  [['-rounds', '3'], 'there is no option `-rounds`; did you mean `--rounds`?'],
])('npm run bench -- %j says what there is instead', (args, said) => {
  const { status, stderr } = run(...args)
  expect(status).toBe(2)
  expect(stderr).toContain(said)
  expect(stderr).toContain('fix: `npm run bench -- --help`')
})

it.each([
  ['torture', '--kill=3', 'did you mean `--kills`?'],
  ['torture', '--bogus', 'there are `--records`, `--entities`, `--kills`,'],
  ['boundaries', '--scenarios', 'did you mean `--scenario`?'],
  ['mutations', '--onyl', 'did you mean `--only`?'],
  ['regenerate', '--chekc', 'did you mean `--check`?'],
])('npm run %s -- %s suggests the nearest option, and does nothing', (name, option, said) => {
  const { status, stdout, stderr } = runScript(name, option)
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toContain(`there is no option \`${option}\`; ${said}`)
  expect(stderr).toContain(`fix: \`npm run ${name} -- --help\``)
})
