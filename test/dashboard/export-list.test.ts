import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { exportList } from '../../dashboard/pages/properties.ts'
import { hostileText } from '../support/hostile-analysis.ts'

const now = new Date('2026-11-25T08:00:05Z')

test('the list is what a configuration takes, in the order of names', () => {
  expect(exportList('exclude', 'deals', ['zeta', 'alpha'], now)).toBe(
    `// Into hubgen.config.ts: properties to leave out, as chosen in the dashboard at 2026-11-25 08:00:05 UTC.
  exclude: {
    "deals": [
      "alpha",
      "zeta",
    ],
  },
`,
  )
  expect(exportList('include', 'deals', [], now)).toContain('the only properties to copy')
})

test('whatever a property is called, the list names it and does nothing else', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('exclude', 'include'),
      fc.uniqueArray(hostileText, { maxLength: 6 }),
      (list, names) => {
        const text = exportList(list, 'deals', names, now)
        const read: unknown = JSON.parse(
          String(runInNewContext(`JSON.stringify({\n${text}\n})`, Object.create(null))),
        )
        expect(read).toEqual({ [list]: { deals: [...names].sort() } })
      },
    ),
  )
})
