import { spawnSync } from 'node:child_process'
import { join, resolve } from 'node:path'

const tsc = join(resolve(import.meta.dirname, '../..'), 'node_modules/.bin/tsc')

/**
 * Tests run side by side: four threads that check the same libraries, and collections of a small heap, would
 * take four times the work.
 */
export const frugally = {
  options: ['--singleThreaded'],
  environment: { ...process.env, GOGC: 'off' },
} as const

/** The output of `tsc -p`, and whether it succeeded. */
export function compile(project: string, ...args: readonly string[]) {
  const { status, stdout } = spawnSync(tsc, ['-p', project, ...frugally.options, ...args], {
    encoding: 'utf8',
    env: frugally.environment,
  })
  return { status, output: stdout }
}
