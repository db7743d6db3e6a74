import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openProject, type Project } from '../support/project.ts'

let project: Project

beforeEach(async () => {
  project = await openProject()
})
afterEach(() => project[Symbol.asyncDispose]())

test('hubgen init writes what a project begins with, and says what to type next', async () => {
  const { exitCode, out, err } = await project.hubgen('init')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  expect(out).toBe(`wrote     hubgen.config.ts
wrote     .env.example
wrote     .github/workflows/hubgen.yml
wrote     .gitignore
next: cp -n .env.example .env      # keeps an existing .env; then fill in HUBSPOT_API_TOKEN
      npx hubgen explore --all
      npx hubgen generate --all
      npx hubgen migrate
`)
  expect(await project.read('.gitignore')).toBe('.env\n.hubgen/\n')
  expect(await project.read('.env.example')).toContain('HUBSPOT_API_TOKEN=\n')
  const workflow = await project.read('.github/workflows/hubgen.yml')
  expect(workflow).toContain('npx hubgen diff --all --commit --markdown')
  expect(workflow).toContain('gh pr create')
  // Text from HubSpot must not become part of a script.
  expect(workflow.match(/\$\{\{[^}]*\}\}/g)).toEqual([
    ['$', '{{ secrets.HUBSPOT_API_TOKEN }}'].join(''),
    ['$', '{{ github.token }}'].join(''),
  ])
})

test('hubgen init overwrites nothing and adds only the lines that are missing', async () => {
  await project.write('hubgen.config.mjs', 'export default {}\n')
  await project.write('.env.example', 'MINE=1\n')
  await project.write('.gitignore', 'dist\n/.env')
  const { out } = await project.hubgen('init')
  expect(out).toContain('exists    hubgen.config.mjs\nexists    .env.example\nwrote ')
  expect(await project.read('.env.example')).toBe('MINE=1\n')
  expect(await project.read('.gitignore')).toBe('dist\n/.env\n.hubgen/\n')
  expect(await readdir(project.directory)).not.toContain('hubgen.config.ts')
  const again = await project.hubgen('init')
  expect(again.out.match(/^exists/gm)).toHaveLength(4)
})

test('the configuration of hubgen init is one, and limits what --all explores', async () => {
  await project.hubgen('init')
  const { exitCode, out, err } = await project.hubgen('explore', '--all')
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
  expect(out).toContain('3 entities from portal')
})
