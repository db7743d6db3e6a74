import { execFileSync } from 'node:child_process'
import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openGeneratedDeals } from '../support/generated-deals.ts'
import { withoutMark } from '../support/migration-names.ts'
import { newProperty, type Project } from '../support/project.ts'

const DEALS = '0-3'
let project: Project

beforeEach(async () => {
  project = await openGeneratedDeals()
  Object.assign(project.environment, {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  })
})
afterEach(() => project[Symbol.asyncDispose]())

function git(...args: readonly string[]): string {
  const { PATH } = process.env
  return execFileSync('git', args, {
    cwd: project.directory,
    encoding: 'utf8',
    env: { PATH, ...project.environment },
  })
}

function commitAll(): void {
  git('init', '--quiet')
  git('add', 'generated')
  git('commit', '--quiet', '--message', 'Deals')
}

function addRisk(label = 'Renewal risk'): void {
  const risk = { name: 'renewal_risk', label, type: 'enumeration' }
  project.simulator.store.addProperty(DEALS, newProperty(project.simulator, DEALS, risk))
}

const diffCommit = (...args: readonly string[]) =>
  project.hubgen('diff', 'deals', '--commit', ...args)

describe('hubgen diff --commit', () => {
  test('makes one commit of exactly the files that changed, with the drift as its message', async () => {
    commitAll()
    await project.write('todo.txt', 'not hubgen’s\n')
    await project.write('generated/notes.md', 'mine, not committed\n')
    addRisk('Renewal\n# risk')
    project.simulator.store.relabelProperty(DEALS, 'dealname', 'Opportunity')
    const { exitCode, out, err } = await diffCommit()
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
    expect(out).toMatch(
      /committed \d+ files as [0-9a-f]+: HubSpot: 1 schema change, 1 label change in deals\n/,
    )
    expect(git('rev-list', '--count', 'HEAD')).toBe('2\n')
    expect(git('log', '-1', '--format=%B')).toBe(`HubSpot: 1 schema change, 1 label change in deals

deals: property "Renewal # risk" (renewal_risk, enumeration) added → column property_renewal_risk text
deals: property dealname: label "Deal Name" → "Opportunity"

`)
    const changed = git('show', '--name-only', '--format=').trim().split('\n').map(withoutMark)
    expect(changed).toEqual(
      expect.arrayContaining([
        'generated/deals/analysis.json',
        'generated/deals/schema.sql',
        'generated/deals/table.ts',
        'generated/hubgen.sum',
        'generated/migrations/0002_deals_add_renewal_risk.sql',
      ]),
    )
    expect(git('status', '--porcelain')).toBe('?? generated/notes.md\n?? todo.txt\n')
    expect((await project.hubgen('generate', 'deals', '--check')).exitCode).toBe(0)
    expect(await project.read('todo.txt')).toBe('not hubgen’s\n')
    const again = await diffCommit()
    expect([again.exitCode, again.out]).toEqual([0, expect.stringContaining('nothing to commit\n')])
    expect(git('rev-list', '--count', 'HEAD')).toBe('2\n')
  })

  test('commits what hubgen.sum names, also files of an entity that nobody has committed', async () => {
    commitAll()
    for (const command of ['explore', 'generate']) {
      expect((await project.hubgen(command, 'tasks')).exitCode).toBe(0)
    }
    git('add', 'generated/index.ts', 'generated/database.ts', 'generated/hubgen.sum')
    git('commit', '--quiet', '--message', 'Half of the tasks')
    await project.write('generated/tasks/notes.md', 'mine\n')
    addRisk()
    expect((await diffCommit()).exitCode).toBe(0)
    expect(git('status', '--porcelain')).toBe('?? generated/tasks/notes.md\n')
    const tracked = git('ls-files', 'generated').trim().split('\n')
    const sums = await project.read('generated/hubgen.sum')
    const named = sums
      .trim()
      .split('\n')
      .map((line) => `generated/${line.slice(66)}`)
    expect(tracked).toEqual(expect.arrayContaining([...named, 'generated/tasks/analysis.json']))
  })

  test('commits a migration that git does not have, also when HubSpot has not changed', async () => {
    commitAll()
    const [file = ''] = git('ls-files', 'generated/migrations').trim().split('\n')
    git('rm', '--quiet', '--cached', file)
    git('commit', '--quiet', '--message', 'Without the migration')
    const { exitCode, out } = await diffCommit()
    expect(exitCode).toBe(0)
    expect(out).toContain('committed 1 file as ')
    expect(git('log', '-1', '--format=%B')).toBe('HubSpot: generated files that no commit had\n\n')
    expect(git('show', '--name-only', '--format=').trim()).toBe(file)
  })

  test('gives Markdown or JSON alone, for the pull request', async () => {
    commitAll()
    expect((await diffCommit('--markdown')).out).toBe('**no drift**\n')
    addRisk()
    const { out } = await diffCommit('--json')
    expect(JSON.parse(out)).toMatchObject({
      drift: [{ kind: 'property_added' }],
      commit: git('rev-parse', '--short', 'HEAD').trim(),
    })
  })

  test('refuses what is staged, and edits of what it would write; nothing is changed', async () => {
    commitAll()
    addRisk()
    const before = await project.read('generated/deals/schema.sql')
    await project.write('todo.txt', 'staged\n')
    git('add', 'todo.txt')
    const staged = await diffCommit()
    expect(staged.exitCode).toBe(2)
    expect(staged.err).toContain('error[GIT_NOT_CLEAN]')
    expect(staged.err).toContain('\n  - todo.txt\n')
    git('rm', '--quiet', '--cached', 'todo.txt')
    const analysis = await project.read('generated/deals/analysis.json')
    await project.write('generated/deals/analysis.json', `${analysis}\n`)
    const edited = await diffCommit()
    expect(edited.err).toContain('\n  - generated/deals/analysis.json\n')
    await project.write('generated/deals/analysis.json', analysis)
    await appendFile(join(project.directory, 'generated/deals/table.ts'), '// by hand\n')
    git('commit', '--quiet', '--all', '--message', 'By hand')
    expect((await diffCommit()).err).toContain('error[FILE_EDITED]')
    expect(await project.read('generated/deals/schema.sql')).toBe(before)
    expect(git('status', '--porcelain')).toBe('?? todo.txt\n')
  })

  test('says where there is no repository, and what git refused', async () => {
    const { PATH } = process.env
    const outside = await diffCommit()
    expect([outside.exitCode, outside.err]).toEqual([
      2,
      expect.stringContaining('error[NOT_A_GIT_REPOSITORY]'),
    ])
    commitAll()
    addRisk()
    await project.write('.git/hooks/pre-commit', '#!/bin/sh\necho no commits today >&2\nexit 1\n')
    execFileSync('chmod', ['+x', join(project.directory, '.git/hooks/pre-commit')])
    const refused = await diffCommit()
    expect(refused.exitCode).toBe(2)
    expect(refused.err).toContain('error[GIT_FAILED]: git refused:\n  no commits today\n')
    expect(git('diff', '--cached', '--name-only')).toBe('')
    project.environment['PATH'] = '/nowhere'
    expect((await diffCommit()).err).toContain('error[GIT_MISSING]')
    project.environment['PATH'] = PATH ?? ''
  })
})
