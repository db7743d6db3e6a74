import { expect, it } from 'vitest'
import { configInvalid } from '../../generator/config/config-error.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { copyStates } from '../../runtime/monitoring/copy-status.ts'
import { describeState } from '../../runtime/monitoring/verdict/describe-state.ts'
import { createStore } from '../../simulator/create-store.ts'
import { readDocument } from './read-documents.ts'

it('docs/dashboard.md has the states of the pages and of `hubgen status`', () => {
  const { text } = readDocument('docs/dashboard.md')
  const [sentence = ''] = /^The states are .*?\./ms.exec(text) ?? []
  const named = [...sentence.matchAll(/`([^`]+)`/g)].map(([, word]) => word)
  expect(named.filter((word) => word !== 'hubgen status').toSorted()).toEqual(
    copyStates.map(describeState).toSorted(),
  )
})

it('simulator/README.md has the number of records in the default portal', () => {
  const store = createStore()
  const live = store.objectTypes().reduce((sum, { typeId }) => sum + store.count(typeId), 0)
  expect(readDocument('simulator/README.md').text).toContain(
    'about 10,500 records, one in a hundred',
  )
  expect(Math.round(live / 500) * 500).toBe(10_500)
})

it('an invalid configuration names the file of the package that describes the settings', () => {
  const { types } = packageJson.exports['./config']
  expect(configInvalid('hubgen.config.ts', []).fix).toContain(
    `\`node_modules/hubgen/${types.slice(2)}\``,
  )
})
