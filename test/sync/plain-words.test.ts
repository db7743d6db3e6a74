import { expect, test } from 'vitest'
import {
  sayMode,
  sayOutcome,
  sayPart,
  sayPass,
  sayPassOutcome,
  sayReason,
} from '../../runtime/sync/plain-words.ts'

test.each([
  [sayReason, 'several_values', 'several values in a column for one'],
  [sayReason, '23505 unique_violation', 'unique violation'],
  [sayReason, 'row_dropped', 'a trigger or rule of the table drops it'],
  [sayPart, 'stamped', 'records'],
  [sayPart, 'associations:deal_contact', 'links in deal_contact'],
  [sayPass, 'changed_associations:deal_contact', 'links of changed records in deal_contact'],
  [sayPass, 'look_back', 'changes that the search showed late'],
  [sayOutcome, 'partial', 'incomplete'],
  [sayPassOutcome, 'ended', 'ended early'],
  [sayMode, 'incremental', 'what changed'],
])('%o says of %s: %s', (say, name, words) => {
  expect(say(name)).toBe(words)
})

test('a name of another version of hubgen is shown without its underscores', () => {
  expect(sayReason('some_later_reason')).toBe('some later reason')
  expect(sayPass('constructor')).toBe('constructor')
})
