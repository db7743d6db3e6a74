/**
 * `npm run mutations`: see `test/mutations/run-mutations.ts`. Exits with 1 if a broken engine went unnoticed,
 * with 2 for a usage error.
 */
import { mutations } from '../test/mutations/mutations.ts'
import { parseOptions } from './parse-options.ts'

const options = parseOptions(
  'npm run mutations --',
  'Breaks a copy of the engine in one way after another; the judge must notice each.',
  {
    only: { value: 'text', initial: 'all', says: 'part of the names to run' },
    seed: { value: 'number', initial: '1', says: 'of the portal' },
    most: { value: 'number', initial: '48', says: 'maximum number of places at which a run ends' },
  },
)
const chosen = mutations.filter(
  ({ name }) => options.only === 'all' || new RegExp(options.only).test(name),
)
if (chosen.length === 0) {
  process.stderr.write(`no mutation has \`${options.only}\` in its name\n`)
  process.exit(2)
}
// Only now, because they load the whole engine.
const { runMutations } = await import('../test/mutations/run-mutations.ts')
const { startScratchServer } = await import('../test/support/start-scratch-server.ts')
await using server = await startScratchServer()
const unnoticed = await runMutations({
  mutations: chosen,
  seed: Number(options.seed),
  most: Number(options.most),
  serverUrl: server.url,
  say,
})
say(`${chosen.length} broken engines, ${unnoticed.length} unnoticed`)
process.exitCode = unnoticed.length === 0 ? 0 : 1

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
