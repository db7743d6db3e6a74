import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** An acceptable wait in an editor or in CI. */
const MOST_SECONDS = 5
const SHOWN_ERRORS = 5

/** Makes a folder a package that has hubgen installed, like a user's. */
export function createPackage(directory: string): void {
  mkdirSync(join(directory, 'node_modules'), { recursive: true })
  symlinkSync(root, join(directory, 'node_modules/hubgen'), 'dir')
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }\n')
  const config = {
    extends: join(root, 'tsconfig.json'),
    compilerOptions: { types: ['node'], typeRoots: [join(root, 'node_modules/@types')] },
    include: ['generated'],
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(config))
}

/** Type-checks the generated modules with strict settings, in a separate process. */
export function checkTypes(directory: string): {
  readonly seconds: number
  readonly problems: readonly string[]
} {
  const started = performance.now()
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', directory], {
    encoding: 'utf8',
  })
  const seconds = (performance.now() - started) / 1000
  const problems = stdout.trim().split('\n').slice(0, SHOWN_ERRORS)
  if (status !== 0) return { seconds, problems }
  if (seconds <= MOST_SECONDS) return { seconds, problems: [] }
  return { seconds, problems: [`tsc took ${seconds.toFixed(1)} s, more than ${MOST_SECONDS}`] }
}
