import { readdir } from 'node:fs/promises'
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
  expect(starter.start({ entities: ['deals'], mode: 'incremental', limit: null })).toBe(true)
  return vi.waitFor(() => {
    const state = starter.stateOf('deals')
    expect(state?.state).toBe('failed')
    return state
  }, 10_000)
}

test('a failed start shows its output, and leaves no file that could name a host', async () => {
  await using directory = await temporaryDirectory()
  await using temporary = await temporaryDirectory()
  vi.stubEnv('TMPDIR', temporary.path)
  expect(await failWithReason(directory.path)).toMatchObject({ text: reason })
  expect(await readdir(directory.path)).toEqual([])
  const left = await readdir(temporary.path)
  expect(left.filter((name) => name.startsWith('hubgen-'))).toEqual([])
})

test('a start that can keep no output at all begins anyway', async () => {
  await using directory = await temporaryDirectory()
  vi.stubEnv('TMPDIR', join(directory.path, 'missing'))
  expect(await failWithReason(directory.path)).toMatchObject({
    text: 'its output could not be kept: free space in the folder for temporary files',
  })
})
