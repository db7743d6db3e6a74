import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkNode, checkRuntime } from '../../generator/cli/check-node.ts'
import { createProgram } from '../../generator/cli/program.ts'
import { resultOf, startNode } from '../support/node-process.ts'
import { hubgenMain, runHubgen } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let directory: Awaited<ReturnType<typeof temporaryDirectory>>

beforeAll(async () => {
  directory = await temporaryDirectory()
})

afterAll(() => directory[Symbol.asyncDispose]())

const run = (...args: readonly string[]) => runHubgen(directory.path, args)

test.each([
  ['explore', 'deals', '--from'],
  ['explore', 'deals', '--sample'],
])('%s %s %s is a mistake with a hint, not a bug with a stack', async (...args) => {
  const { exitCode, errors } = await run(...args)
  expect(errors).toMatch(/^error\[USAGE\]: .*\n {2}fix: `hubgen explore --help`\n$/)
  expect(exitCode).toBe(1)
})

test.each([
  [
    ['verify', 'deals', '--valus', '3'],
    '`hubgen verify` has no option `--valus`',
    'did you mean `--values`?',
  ],
  [
    ['sync', 'deals', '--allow-delete'],
    'no option `--allow-delete`',
    'did you mean `--allow-deletes`?',
  ],
  [['sync', 'deals', '--ful=1'], 'no option `--ful`', 'did you mean `--full`?'],
  [['sync', '--valus'], 'no option `--valus`', 'did you mean `hubgen verify --values`?'],
  [['sync', 'deals', '-full'], 'no option `-full`', 'did you mean `--full`?'],
  [['sync', 'deals', '--no-ful'], 'no option `--no-ful`', 'did you mean `--full`?'],
  [['status', '--zzzz'], 'no option `--zzzz`', '`hubgen status --help` lists them'],
  [['sync', 'deals', '-v'], '`hubgen sync` has no option `-v`', '`hubgen sync --help` lists them'],
  [['--verison'], '`hubgen` has no option `--verison`', 'did you mean `--version`?'],
  [['--hlep'], '`hubgen` has no option `--hlep`', 'did you mean `--help`?'],
  [['--alow-deletes'], '`hubgen` has no option', 'did you mean `hubgen sync --allow-deletes`?'],
  [['erase'], '`hubgen erase` needs more arguments', 'type `hubgen erase <entity> <id..>`'],
  [['erase', 'contacts'], '`hubgen erase` needs more', 'type `hubgen erase <entity> <id..>`'],
])('%s gets the suggestion that was meant', async (args, message, fix) => {
  const { exitCode, errors } = await run(...args)
  const [said, mended] = errors.split('\n  fix: ')
  expect(said).toContain(message)
  expect(mended).toContain(fix)
  expect(exitCode).toBeGreaterThan(0)
})

const allCommands = [
  ...[
    'init',
    'explore',
    'generate',
    'migrate',
    'sync',
    'cancel',
    'status',
    'check',
    'doctor',
    'verify',
  ],
  ...['quarantine', 'replay', 'erase', 'diff', 'squash', 'dashboard', 'database', 'simulate'],
]

test.each(allCommands)('every misspelled option of %s is reported', async (command) => {
  const { output } = await run(command, '--help')
  const options = [...output.matchAll(/^ +(?:-\w, )?--([a-z-]+)/gm)].map(([, name = '']) => name)
  expect(options).toContain('directory')
  const positionals: Readonly<Record<string, readonly string[]>> = {
    erase: ['contacts', '1'],
    squash: ['deals'],
  }
  const needed = positionals[command] ?? []
  for (const name of options) {
    for (const typo of [
      name.slice(0, -1),
      `${name}e`,
      `${name.slice(1, 2)}${name[0]}${name.slice(2)}`,
    ]) {
      if (options.includes(typo)) continue
      const program = createProgram([command, ...needed, `--${typo}`], '0.0.0')
      await expect(async () => program.parseAsync()).rejects.toMatchObject({
        message: `\`hubgen ${command}\` has no option \`--${typo}\``,
        fix: expect.stringMatching(/^did you mean `(?:hubgen \w+ )?--/),
      })
    }
  }
})

test.each(['explore', 'generate', 'migrate', 'sync', 'diff', 'database'])(
  'the help of %s names the folder of generated files',
  async (command) => {
    const { exitCode, output } = await run(command, '--help')
    expect(output).toMatch(/^ {2}-d, --directory +Folder of/m)
    expect(exitCode).toBe(0)
  },
)

test.each(allCommands)('the help of %s breaks no word on a narrow terminal', async (command) => {
  const helpIn = async (columns: number | null) =>
    createProgram([command], '0.0.0', { launcher: 'npx ', columns }).getHelp()
  const whole = new Set((await helpIn(null)).split(/\s+/))
  for (const columns of [80, 60]) {
    const help = await helpIn(columns)
    expect(help.split('\n').filter((line) => line.length > columns)).toEqual([])
    expect(help.split(/\s+/).filter((word) => !whole.has(word))).toEqual([])
  }
})

describe('an older Node', () => {
  test.each(['20.20.2', '22.17.1', '18.0.0', '23.5.0'])('%s is too old', (version) => {
    expect(checkNode(version)).toMatchObject({ code: 'NODE_TOO_OLD' })
  })

  test.each(['22.18.0', '22.22.0', '23.6.0', '24.0.0', '26.1.0-nightly'])(
    '%s is not',
    (version) => {
      expect(checkNode(version)).toBeUndefined()
    },
  )

  test.each([
    ['bun', /`bunx hubgen` without `--bun`/],
    ['deno', /`npx hubgen`/],
  ])('%s, which claims to be Node, is named with the way to Node', (name, fix) => {
    expect(checkRuntime({ node: '26.3.0', [name]: '1.4.5' })).toMatchObject({
      code: 'RUNTIME_UNSUPPORTED',
      message: `hubgen runs on Node, and this is ${name} 1.4.5`,
      fix: expect.stringMatching(fix),
    })
  })

  test('gets an error before anything is loaded', async () => {
    const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })`
    const preload = `--import=data:text/javascript,${encodeURIComponent(pretend)}`
    const running = startNode(directory.path, [preload, hubgenMain, 'explore', 'deals'], {})
    const { exitCode, output, errors } = await resultOf(running)
    expect(errors).toMatch(/^error\[NODE_TOO_OLD\]: Node 20\.1\.0 is too old: .* 22\.18 or newer\n/)
    expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' })
  })
})

test.runIf(existsSync('/dev/full'))('a full disk of the output is reported without a stack', () => {
  const command = [process.execPath, '--conditions=hubgen-source', hubgenMain, '--help']
  const { status, stderr } = spawnSync('sh', ['-c', 'exec "$@" >/dev/full', 'sh', ...command], {
    cwd: directory.path,
    encoding: 'utf8',
  })
  expect(stderr).toMatch(/^error\[OUTPUT_UNWRITABLE\]: .*\(ENOSPC\)\n {2}fix: .*\n$/)
  expect(status).toBe(1)
})
