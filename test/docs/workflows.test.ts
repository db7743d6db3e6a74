import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const root = new URL('../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const { scripts, engines } = JSON.parse(read('package.json')) as {
  readonly scripts: Readonly<Record<string, string>>
  readonly engines: { readonly node: string }
}

it.each(['.ci/run', ...globSync(['.github/**/*.{yml,md}', '*.md', 'docs/*.md'], { cwd: root })])(
  '%s runs npm scripts that exist',
  (path) => {
    const named = [...read(path).matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name ?? '')
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  },
)

it('CI runs .ci/run on the oldest Node that the package supports, and on Postgres 15 to 18', () => {
  const workflow = read('.github/workflows/ci.yml')
  const [, oldest = ''] = /^>=(\d+)\./.exec(engines.node) ?? []
  expect(workflow).toContain('          .ci/run\n')
  expect(workflow).toContain(`node: [${oldest}, `)
  for (const version of [15, 16, 17, 18]) {
    expect(workflow).toMatch(new RegExp(`postgres: (\\[${version}\\]|${version} \\})`))
  }
})

it('CI installs the package as users do: with npm and pnpm on every push, with every manager every night', () => {
  const workflow = read('.github/workflows/ci.yml')
  const nightly = "github.event.schedule == '17 3 * * *'"
  expect(workflow).toContain("- cron: '17 3 * * *'")
  expect(workflow).toContain(
    `if: ${nightly}\n        run: npm run install-check -- --node "$(command -v node)"\n`,
  )
  expect(workflow).toContain('run: npm run install-check -- --node "$(command -v node)" npm pnpm\n')
})
