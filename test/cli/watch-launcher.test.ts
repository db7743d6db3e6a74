import { spawn } from 'node:child_process'
import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import {
  findLauncher,
  type ProcessFacts,
  type ReadProcess,
} from '../../generator/cli/watch-launcher.ts'
import { openProject, type Project } from '../support/project.ts'
import { hubgenMain } from '../support/run-hubgen.ts'

describe('the launcher of a process', () => {
  function tableOf(rows: Readonly<Record<number, readonly [number, number, string]>>): ReadProcess {
    const facts = ([parent, session, words]: readonly [number, number, string]): ProcessFacts => ({
      parent,
      session,
      words: words.split(' '),
    })
    return (pid) => (rows[pid] === undefined ? null : facts(rows[pid]))
  }

  test.each([
    'npm exec hubgen sync',
    'node /usr/lib/node_modules/npm/bin/npx-cli.js hubgen sync',
    '/usr/bin/node /opt/pnpm/bin/pnpm.cjs exec hubgen',
    'node /project/.yarn/releases/yarn-4.9.1.cjs hubgen',
    '/root/.bun/bin/bunx hubgen',
  ])('is %s, with a shell between them or not', (launcher) => {
    const rows = { 9: [8, 5, 'node hubgen'], 8: [7, 5, '/bin/sh -c hubgen'] } as const
    expect(findLauncher(9, tableOf({ ...rows, 7: [5, 5, launcher] }))).toEqual([9, 8, 7])
    expect(findLauncher(9, tableOf({ ...rows, 8: [5, 5, launcher] }))).toEqual([9, 8])
  })

  test.each([
    ['setsid', { 9: [8, 9, 'node hubgen'], 8: [5, 5, 'npm run background'] }],
    ['a shell that has ended', { 9: [1, 5, 'node hubgen'], 1: [0, 1, 'npm start'] }],
    [
      'a program of its own',
      { 9: [8, 5, 'node hubgen'], 8: [7, 5, 'node my-supervisor.js'], 7: [5, 5, 'npm start'] },
    ],
    ['cron', { 9: [8, 8, 'node hubgen'], 8: [7, 8, '/bin/sh -c cd …'], 7: [1, 7, 'cron -f'] }],
  ] as const)('is none after %s', (_, rows) => {
    expect(findLauncher(9, tableOf(rows))).toBeNull()
  })
})

describe.skipIf(process.platform !== 'linux')('kill of npx', () => {
  let project: Project

  beforeAll(async () => {
    project = await openProject()
    const path = 'node_modules/.bin/hubgen'
    const command = `exec '${process.execPath}' --conditions=hubgen-source '${hubgenMain}' "$@"`
    await project.write(path, `#!/bin/sh\n${command}\n`)
    await chmod(join(project.directory, path), 0o755)
    await project.write('package.json', '{ "type": "module" }')
  })
  afterAll(() => project[Symbol.asyncDispose]())

  test.each(['SIGTERM', 'SIGKILL'] as const)('by %s ends hubgen', async (signal) => {
    const launcher = spawn('npx', ['hubgen', 'simulate', '--port', '0', '--json'], {
      cwd: project.directory,
      env: { PATH: process.env['PATH'], HOME: project.directory },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await launcher.stdout.setEncoding('utf8').take(1).toArray()
    const { url } = JSON.parse(line) as { url: string }
    const pid = await pidOf(launcher.pid ?? 0)
    launcher.kill(signal)
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), 10_000)
    await expect(fetch(url)).rejects.toThrow('fetch failed')
  })
})

/** The last descendant of a process. */
async function pidOf(ancestor: number): Promise<number> {
  const children = await readFile(`/proc/${ancestor}/task/${ancestor}/children`, 'utf8')
  const [child] = children.trim().split(' ')
  return child ? pidOf(Number(child)) : ancestor
}
