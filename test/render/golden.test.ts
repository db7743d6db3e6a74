import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import {
  diffFiles,
  listGoldenCases,
  readExpectedFiles,
  renderGoldenCase,
} from '../support/golden.ts'

describe.each(listGoldenCases())('golden case %s', (name) => {
  test('gives the expected files, no more and no fewer (npm run golden updates them)', () => {
    expect(diffFiles(readExpectedFiles(name), renderGoldenCase(name))).toBe('')
  })
})

test('the checksums are those that sha256sum checks', () => {
  const checked = spawnSync('sha256sum', ['-c', 'hubgen.sum'], {
    cwd: new URL('../golden/two-entities/expected', import.meta.url),
    encoding: 'utf8',
  })
  expect(checked.stdout.match(/: OK$/gm)).toHaveLength(30)
  expect(checked.status).toBe(0)
})

test('npm run golden refuses to write in CI', () => {
  const script = new URL('../../scripts/golden.ts', import.meta.url).pathname
  const run = spawnSync(process.execPath, ['--conditions=hubgen-source', script], {
    env: { ...process.env, CI: 'true' },
    encoding: 'utf8',
  })
  expect(run.status).toBe(1)
  expect(run.stdout).toBe('')
})
