import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openScheduledProject, type ScheduledProject } from '../support/scheduled-project.ts'

const folder = new URL('../../docs/scheduling/', import.meta.url)
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8')

let scheduled: ScheduledProject
let directory: string

beforeAll(async () => {
  scheduled = await openScheduledProject()
  directory = scheduled.project.directory
})

beforeEach(() => {
  scheduled.project.simulator.faults.clear()
})

afterAll(() => scheduled[Symbol.asyncDispose]())

interface Ended {
  /** Null after a signal. */
  readonly exitCode: number | null
  readonly output: string
  readonly errors: string
}

/** Runs the command of a file; sends the signal once the output matches. */
async function run(
  shell: readonly [string, ...string[]],
  environment: Record<string, string> = scheduled.environment,
  stop?: { readonly when: RegExp; readonly signal: NodeJS.Signals },
): Promise<Ended> {
  const [program, ...args] = shell
  const child: ChildProcess = spawn(program, args, { cwd: directory, env: environment })
  let [output, errors] = ['', '']
  child.stdout?.on('data', (bytes) => {
    output += bytes
    if (stop?.when.test(output)) child.kill(stop.signal)
  })
  child.stderr?.on('data', (bytes) => {
    errors += bytes
  })
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', resolve)
  })
  return { exitCode, output, errors }
}

const logs = () => readdirSync(join(directory, '.hubgen/logs')).length
const here = (text: string) => text.replaceAll('/srv/hubgen', directory)
const waiting = { when: /the next one starts at/, signal: 'SIGTERM' } as const

it('docs/scheduling.md leads to every file', () => {
  const text = readFileSync(new URL('../scheduling.md', folder), 'utf8')
  for (const name of readdirSync(folder)) expect(text).toContain(`(scheduling/${name})`)
})

describe('the crontab', () => {
  const [line = '', sweep = ''] = read('hubgen.cron')
    .split('\n')
    .filter((text) => /^[\d*]/.test(text))
  const commandOf = (text: string) => here(text.replace(/^(\S+ ){5}/, ''))

  it('has times and commands that cron takes', () => {
    for (const text of [line, sweep]) expect(text).toMatch(/^[\d*/,-]+( [\d*/,-]+){4} \S/)
    // Cron would convert it to a newline.
    expect(`${line}${sweep}`).not.toContain('%')
  })

  it('syncs and says nothing', async () => {
    const before = logs()
    expect(await run(['/bin/sh', '-c', commandOf(line)])).toEqual({
      exitCode: 0,
      output: '',
      errors: '',
    })
    expect(logs()).toBe(before + 2)
  })

  it('skips a sync while the previous one is running', async () => {
    const before = logs()
    const lock = join(directory, '.hubgen/cron.lock')
    const both = ['/usr/bin/env', 'flock', lock, '/bin/sh', '-c', commandOf(line)] as const
    expect(await run(both)).toEqual({ exitCode: 0, output: '', errors: '' })
    expect(logs()).toBe(before)
  })

  it('says why it failed, for the mail', async () => {
    scheduled.project.simulator.faults.add({ kind: 'expired_401', route: 'account' })
    const { exitCode, output, errors } = await run(['/bin/sh', '-c', commandOf(line)])
    expect(exitCode).toBe(1)
    expect(output).toBe('')
    expect(errors).toContain('error[TOKEN_REJECTED]')
  })

  it('deletes logs that are older than a month, and no other', async () => {
    const old = join(directory, '.hubgen/logs/old.txt')
    await writeFile(old, '')
    spawnSync('touch', ['--date', '31 days ago', old])
    const before = logs()
    expect((await run(['/bin/sh', '-c', commandOf(sweep)])).exitCode).toBe(0)
    expect(logs()).toBe(before - 1)
  })
})

describe('the unit of systemd', () => {
  const unit = read('hubgen.service')
  const settingOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1] ?? ''

  it('starts what ends well when it is stopped', async () => {
    const [program = '', ...args] = here(settingOf('ExecStart')).split(' ')
    const { exitCode, output } = await run([program, ...args], scheduled.environment, waiting)
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^✓ tasks {2}/m)
    expect(settingOf('SuccessExitStatus')).toBe('130')
  })

  const verifier = spawnSync('systemd-analyze', ['--version']).error === undefined

  it.skipIf(!verifier)('is one to systemd (needs systemd-analyze)', async () => {
    const path = join(directory, 'hubgen.service')
    // The installation of the unit creates the user.
    await writeFile(path, here(unit).replace('User=hubgen', 'User=root'))
    const { exitCode, output, errors } = await run(['systemd-analyze', 'verify', '--man=no', path])
    // The output also mentions other units of this machine.
    const about = `${output}${errors}`.split('\n').filter((text) => text.includes('hubgen.service'))
    expect(about).toEqual([])
    expect(exitCode).toBe(0)
  })
})

describe('the workflow of GitHub', () => {
  const workflow = read('hubgen-sync.yml')
  const [, script = ''] = /run: \|\n((?: {10}.*\n)+)/.exec(workflow) ?? []

  it('applies migrations and syncs, with the shell and the settings of GitHub', async () => {
    const before = logs()
    const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', script] as const
    const { exitCode, output } = await run(bash)
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^✓ tasks {2}/m)
    expect(logs()).toBe(before + 2)
  })

  it('fails with its first command that fails', async () => {
    const environment = { ...scheduled.environment, DATABASE_URL: 'postgres://x@127.0.0.1:9/x' }
    const bash = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', '-c', script] as const
    const { exitCode, errors } = await run(bash, environment)
    expect(exitCode).toBe(1)
    expect(errors.match(/error\[/g)).toHaveLength(1)
  })

  it('gives secrets to one step, as variables and never as a part of a script', () => {
    expect(script).not.toContain('{{')
    expect(workflow.match(/^ {10}\w+: \$\{\{ secrets\.\w+ \}\}$/gm)).toHaveLength(2)
    expect(workflow.match(/\$\{\{/g)).toHaveLength(2)
  })
})

describe('the container', () => {
  const instructions = read('Dockerfile')
    .split('\n')
    .filter((text) => text !== '' && !text.startsWith('#'))
    .map((text) => {
      const [, name = '', rest = ''] = /^(\w+) (.*)$/.exec(text) ?? []
      return { name, rest }
    })
  const lastOf = (wanted: string) =>
    instructions.findLast(({ name }) => name === wanted)?.rest ?? '[]'

  it('starts what ends well when it is stopped', async () => {
    const command: string[] = [...JSON.parse(lastOf('ENTRYPOINT')), ...JSON.parse(lastOf('CMD'))]
    const [program = '', ...args] = command
    const { exitCode, output } = await run([program, ...args], scheduled.environment, waiting)
    expect(exitCode).toBe(0)
    expect(output).toMatch(/^✓ tasks {2}/m)
  })

  it('runs as nobody special, from an image without settings', () => {
    expect(instructions.map(({ name }) => name)).toEqual([
      'FROM',
      'WORKDIR',
      'COPY',
      'RUN',
      'COPY',
      'RUN',
      'VOLUME',
      'USER',
      'ENTRYPOINT',
      'CMD',
    ])
    expect(lastOf('USER')).toBe('node')
    const copied = instructions.filter(({ name }) => name === 'COPY').map(({ rest }) => rest)
    expect(copied).toEqual(['package.json package-lock.json ./', 'generated ./generated'])
    expect(read('Dockerfile')).not.toMatch(/^(ENV|ARG)/m)
  })

  it('has a volume that its user may write to', () => {
    const made = instructions.findLast(({ name }) => name === 'RUN')?.rest ?? ''
    expect(made).toContain('chown node:node .hubgen')
    expect(lastOf('VOLUME')).toBe('/app/.hubgen')
    expect(read('compose.yml')).toContain('- logs:/app/.hubgen')
  })
})
