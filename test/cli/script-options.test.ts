import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { resultOf, startNode } from '../support/node-process.ts'

function runScript(name: string, ...args: readonly string[]) {
  const path = fileURLToPath(new URL(`../../scripts/${name}.ts`, import.meta.url))
  return resultOf(startNode('.', [path, ...args], {}))
}

const run = (...args: readonly string[]) => runScript('bench', ...args)

it('npm run bench -- --help lists benchmarks and options', async () => {
  const { exitCode, output, errors } = await run('--help')
  expect([exitCode, errors]).toEqual([0, ''])
  expect(output).toContain('calls, fleet, floor,')
  expect(output).toContain('--rounds <number>')
})

it.each([
  [['flor'], 'there is no `flor`; did you mean `floor`?'],
  [['--recrods', '3'], 'there is no option `--recrods`; did you mean `--records`?'],
  [['floor', '--bogus'], 'there is no option `--bogus`; there are `--records`, `--rounds`\n'],
  [['-rounds', '3'], 'there is no option `-rounds`; did you mean `--rounds`?'],
])('npm run bench -- %j says what there is instead', async (args, said) => {
  const { exitCode, errors } = await run(...args)
  expect(exitCode).toBe(2)
  expect(errors).toContain(said)
  expect(errors).toContain('fix: `npm run bench -- --help`')
})

it.each([
  ['torture', '--kill=3', 'did you mean `--kills`?'],
  ['torture', '--bogus', 'there are `--records`, `--entities`, `--kills`,'],
  ['boundaries', '--scenarios', 'did you mean `--scenario`?'],
  ['mutations', '--onyl', 'did you mean `--only`?'],
  ['regenerate', '--chekc', 'did you mean `--check`?'],
])('npm run %s -- %s suggests the nearest option, and does nothing', async (name, option, said) => {
  const { exitCode, output, errors } = await runScript(name, option)
  expect([exitCode, output]).toEqual([2, ''])
  expect(errors).toContain(`there is no option \`${option}\`; ${said}`)
  expect(errors).toContain(`fix: \`npm run ${name} -- --help\``)
})
