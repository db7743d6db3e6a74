/** Compiles the package into `dist/`, to which `hubgen/runtime` resolves outside this repository. */
import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'

const root = new URL('..', import.meta.url)
rmSync(new URL('dist', root), { recursive: true, force: true })
const { status } = spawnSync('tsc', ['--project', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
})
if (status === 0) chmodSync(new URL('dist/generator/cli/main.js', root), 0o755)
process.exitCode = status ?? 1
