import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { runHubgen } from '../support/run-hubgen.ts'
import { startTestSimulator } from '../support/simulator.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let simulator: Simulator
let folder: string

beforeAll(async () => {
  simulator = await startTestSimulator({ limits: { burst: 1e6, daily: 1e6, search: 1e6 } })
})

afterAll(() => simulator.close())

beforeEach(async () => {
  const directory = await temporaryDirectory()
  onTestFinished(() => directory[Symbol.asyncDispose]())
  folder = directory.path
})

/** Runs `hubgen explore`; returns its output line by line. */
async function explore(args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  const { exitCode, output, errors } = await runHubgen(folder, ['explore', ...args], {
    HUBSPOT_API_URL: simulator.url,
    HUBSPOT_API_TOKEN: simulator.token,
    ...environment,
  })
  return { exitCode, out: output.trimEnd().split('\n'), err: errors.trimEnd().split('\n') }
}

describe('hubgen explore', () => {
  test('says what it wrote, what changed, and what to type next', async () => {
    const first = await explore(['notes'])
    expect(first).toMatchObject({ exitCode: 0, err: [''] })
    expect(first.out).toEqual([
      expect.stringMatching(
        /^notes {2}\d+ properties → \d+ columns {2}\d+ skipped {2}generated\/notes\/analysis\.json$/,
      ),
      expect.stringMatching(/^1 entity from portal 8100142 with \d+ owners, \d+ of them archived$/),
      'next: hubgen generate notes',
    ])
    const second = await explore(['note', '--directory', 'generated'])
    expect(second.out[0]).toMatch(/analysis\.json \(unchanged\)$/)
    simulator.store.archiveProperty('0-46', 'hs_note_body')
    simulator.store.relabelProperty('0-46', 'hs_timestamp', 'When')
    const third = await explore(['notes'])
    simulator.store.restoreProperty('0-46', 'hs_note_body')
    // The list of `hubgen diff`.
    expect(third.out.slice(1, 4)).toEqual([
      'notes: 1 schema change, 1 label change',
      '  schema  hubspot   property "Note body" (hs_note_body, string) archived → column property_hs_note_body stays and is no longer synced',
      expect.stringMatching(/^ {2}label {3}hubspot {3}property hs_timestamp: label ".*" → "When"$/),
    ])
  })

  test('prints JSON lines for programs', async () => {
    const { out } = await explore(['vehicle', '--json', '--sample', '5', '-d', 'elsewhere'])
    const events = out.map((line) => JSON.parse(line) as { event: string })
    expect(events[0]).toEqual({ event: 'step', entity: 'vehicle', step: 'properties' })
    expect(events.at(-2)).toMatchObject({
      event: 'explored',
      entity: 'vehicle',
      path: 'elsewhere/vehicle/analysis.json',
      outcome: 'written',
      sampledRecords: 5,
    })
    expect(events.at(-1)).toMatchObject({ event: 'finished', entities: 1, refused: [] })
  })

  test('needs neither token nor network for a saved answer', async () => {
    await writeFile(join(folder, 'saved.json'), '[{"name": "amount", "type": "number"}]')
    const { exitCode, out } = await explore(['deals', '--from', 'saved.json'], {
      HUBSPOT_API_TOKEN: '',
      HUBSPOT_API_URL: 'http://127.0.0.1:1',
    })
    expect(exitCode).toBe(0)
    expect(out).toContain('1 entity from a saved answer')
    const text = await readFile(join(folder, 'generated', 'deals', 'summary.txt'), 'utf8')
    expect(text).toContain('NUMBER: 1')
  })

  test.each([
    [['dealz'], 'error[UNKNOWN_ENTITY]: there is no entity `dealz`', 'did you mean `deals`?'],
    [[], 'error[USAGE]: which entity?', 'hubgen explore --help'],
    [['deals', '--all'], 'error[USAGE]: `--all` takes no entities', 'hubgen explore --help'],
    [['deals', '--sample', '0'], 'error[USAGE]: `--sample` must be', 'hubgen explore --help'],
    [['deals', '--sample', 'ten'], 'error[USAGE]: `--sample` must be', 'hubgen explore --help'],
    [['deals', 'notes', '--from', 'x'], 'error[USAGE]: `--from` explores exactly one', 'help'],
    [['deals', '--from', 'x.json'], 'error[EXPLORE_FILE_UNREADABLE]', 'path of a file'],
  ])('%j is refused with exit code 1', async (args, error, fix) => {
    const { exitCode, err } = await explore(args)
    expect(exitCode).toBe(1)
    expect(err.join('\n')).toContain(error)
    expect(err.at(-1)).toContain(fix)
  })

  test('a missing token says how to get one; a wrong one is never printed', async () => {
    const missing = await explore(['deals'], { HUBSPOT_API_TOKEN: '' })
    expect(missing).toMatchObject({ exitCode: 1, out: [''] })
    expect(missing.err.join(' ')).toMatch(/TOKEN_MISSING.*service key.*hubgen simulate/)
    const wrong = await explore(['deals'], { HUBSPOT_API_TOKEN: 'pat-eu1-secret' })
    expect(wrong.exitCode).toBe(1)
    expect(wrong.err.join('\n')).toContain('TOKEN_REJECTED')
    expect(wrong.err.join('\n')).not.toContain('secret')
  })
})
