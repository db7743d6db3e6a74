import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, inject, it } from 'vitest'
import { mutate } from './mutation.ts'
import { mutations } from './mutations.ts'
import { runMutations } from './run-mutations.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** `npm run mutations` tries them all. */
const tried = [
  'sorts ids as text',
  'skips a page',
  'never takes a link away',
  'reads the links of only some records',
  'takes what is not answered for cleared',
  'forgets calculated values',
  'loses what did not fit',
  'ignores deletions',
]

it.each(mutations)('$name: what it breaks is there', (mutation) => {
  expect(() => mutate(readFileSync(`${root}${mutation.file}`, 'utf8'), mutation)).not.toThrow()
})

it('the judge notices broken engines', async () => {
  const chosen = mutations.filter(({ name }) => tried.includes(name))
  expect(chosen).toHaveLength(tried.length)
  const said: string[] = []
  const unnoticed = await runMutations({
    mutations: chosen,
    seed: 1,
    most: 1,
    serverUrl: inject('postgresUrl'),
    say: (line) => said.push(line),
  })
  expect(unnoticed, said.join('\n')).toEqual([])
}, 300_000)
