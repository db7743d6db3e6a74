/**
 * `npm run faults-off`: runs the tests about faults against a simulator that makes none. Exits with 1 if a
 * test still passes, because such a test cannot fail.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { faultKinds } from '../simulator/fault.ts'

interface TestFile {
  readonly assertionResults: readonly {
    readonly fullName: string
    readonly status: string
  }[]
}

/** Files whose test names contain the fault. */
const files = [
  'test/faults',
  'test/resources/behaviours.test.ts',
  'test/resources/submission-contacts.test.ts',
  'test/sync/faults.test.ts',
]
const namesFault = new RegExp(`(^| )(${faultKinds.join('|')})(:| of |$)`)

const directory = mkdtempSync(join(tmpdir(), 'hubgen-faults-off-'))
const output = join(directory, 'results.json')
const reporters = ['--reporter=json', `--outputFile=${output}`]
spawnSync('npx', ['vitest', 'run', ...files, ...reporters], {
  env: { ...process.env, HUBGEN_FAULTS_OFF: 'all' },
  stdio: ['ignore', 'ignore', 'inherit'],
})
const results = JSON.parse(readFileSync(output, 'utf8')) as {
  readonly testResults: readonly TestFile[]
}
rmSync(directory, { recursive: true })
const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults)
const about = tests.filter(({ fullName }) => namesFault.test(fullName))
const green = about.filter(({ status }) => status === 'passed')
for (const { fullName } of green) process.stdout.write(`cannot fail: ${fullName}\n`)
const untested = faultKinds.filter((kind) => !about.some(({ fullName }) => fullName.includes(kind)))
for (const kind of untested) process.stdout.write(`no test names ${kind}\n`)
process.stdout.write(`${about.length} tests about faults, ${green.length} pass without any fault\n`)
process.exitCode = green.length + untested.length === 0 && about.length > 0 ? 0 : 1
