import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createProgram } from '../../generator/cli/program.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const read = (name: string) =>
  readFileSync(new URL(`../../docs/scheduling/${name}`, import.meta.url), 'utf8')

const unit = read('hubgen-worker@.service')
const dockerfile = read('worker.Dockerfile')
const lastOf = (name: string): string[] =>
  JSON.parse(new RegExp(`^${name} (.*)$`, 'm').exec(dockerfile)?.[1] ?? '[]')

it.each([
  ['the unit of systemd', (/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' ')],
  ['the image', [...lastOf('ENTRYPOINT'), ...lastOf('CMD')]],
])('%s starts a worker with options that it has', async (_, [path = '', ...args]) => {
  expect(path).toMatch(/node_modules\/\.bin\/hubgen$/)
  expect(args[0]).toBe('worker')
  // With help, the options are checked and nothing is started.
  const program = createProgram(args, '0.0.0')
  await expect(program.parseAsync([...args, '--help'], {}, () => {})).resolves.toBeDefined()
})

it('has two workers in each file, and time for their slices to end', () => {
  expect(read('worker.compose.yml')).toMatch(/replicas: 2\n[\s\S]*stop_grace_period: 2m/)
  expect(unit).toMatch(/hubgen-worker@1 hubgen-worker@2[\s\S]*KillMode=mixed\nTimeoutStopSec=2min/)
  expect(dockerfile).toMatch(/^USER node$/m)
})

const verifier = spawnSync('systemd-analyze', ['--version']).error === undefined

it.skipIf(!verifier)('is a unit to systemd (needs systemd-analyze)', async () => {
  await using directory = await temporaryDirectory()
  const path = join(directory.path, 'hubgen-worker@1.service')
  const program = process.execPath
  await writeFile(
    path,
    unit.replace('User=hubgen', 'User=root').replace(/^ExecStart=\S+/m, `ExecStart=${program}`),
  )
  const { stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path])
  const about = `${stdout}${stderr}`.split('\n').filter((text) => text.includes('hubgen-worker'))
  expect(about).toEqual([])
})
