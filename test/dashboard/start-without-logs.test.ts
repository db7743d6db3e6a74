import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { RunStarter } from '../../dashboard/start-runs.ts'
import { hubgenMain } from '../support/run-hubgen.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

afterEach(() => {
  vi.unstubAllEnvs()
})

const reason: unknown = expect.stringMatching(/^error\[[A-Z_]+\]: /)

async function failWithReason(directory: string) {
  // Nothing is generated in this folder.
  const words = ['--conditions=hubgen-source', hubgenMain, 'sync', 'deals']
  const starter = new RunStarter({ directory, syncCommand: () => [process.execPath, ...words] })
  expect(starter.start({ entity: 'deals', mode: 'incremental', limit: null })).toBe(true)
  return vi.waitFor(() => {
    const state = starter.stateOf('deals')
    expect(state?.state).toBe('failed')
    return state
  }, 10_000)
}

test('a start where logs cannot be written shows why it failed', async () => {
  await using directory = await temporaryDirectory()
  await mkdir(join(directory.path, '.hubgen'))
  await writeFile(join(directory.path, '.hubgen/logs'), '')
  expect(await failWithReason(directory.path)).toMatchObject({ text: reason })
})

test('a start without logs writes nothing into the project', async () => {
  await using directory = await temporaryDirectory()
  vi.stubEnv('HUBGEN_LOGS', 'off')
  expect(await failWithReason(directory.path)).toMatchObject({ text: reason })
  expect(await readdir(directory.path)).toEqual([])
})

test('a start that can keep no output at all begins anyway', async () => {
  await using directory = await temporaryDirectory()
  vi.stubEnv('HUBGEN_LOGS', 'off')
  vi.stubEnv('TMPDIR', join(directory.path, 'missing'))
  expect(await failWithReason(directory.path)).toMatchObject({
    text: 'its output could not be kept: free space on the disk of the logs',
  })
})
