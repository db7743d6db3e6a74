import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { asTyped, launcherOf } from '../../runtime/terminal/launcher.ts'
import { printTo } from '../../runtime/terminal/print.ts'
import { openProgressLine } from '../../runtime/terminal/progress-line.ts'
import { wrapLines } from '../../runtime/terminal/wrap-lines.ts'
import { linesOnTerminal } from '../support/lines-on-terminal.ts'

const long =
  'error[TABLE_MISSING]: the table `hubspot.deal` is not there; nothing was read and nothing was written'
const fix =
  '  fix: run `hubgen generate deals`, then `hubgen migrate`, then `hubgen sync deals --full`'
const styled = '\x1b[33mnote\x1b[39m: one two three'

describe('lines of a terminal', () => {
  it('break between words, and continue below their text', () => {
    expect(wrapLines(long, 60).split('\n')).toEqual([
      'error[TABLE_MISSING]: the table `hubspot.deal` is not there;',
      '  nothing was read and nothing was written',
    ])
  })

  it('keep commands whole, and continue a fix below its text', () => {
    expect(wrapLines(fix, 60).split('\n')).toEqual([
      '  fix: run `hubgen generate deals`, then `hubgen migrate`,',
      '       then `hubgen sync deals --full`',
    ])
  })

  it('continue the last column of a table below that column', () => {
    const row = '  schema  database  the column property_amount of hubspot.deal has another type'
    expect(wrapLines(row, 60).split('\n')).toEqual([
      '  schema  database  the column property_amount of',
      '                    hubspot.deal has another type',
    ])
  })

  it('are measured without their colours', () => {
    expect(wrapLines(styled, 19)).toBe(styled)
    expect(wrapLines(styled, 18).split('\n')).toHaveLength(2)
  })

  it('lose and break no word, whatever the text', () => {
    const word = fc.constantFrom(
      'a',
      'table',
      '`hubgen sync deals`',
      'p_name_of_30_characters_or_so',
    )
    const line = fc
      .array(fc.tuple(fc.constantFrom(' ', '  '), word), { maxLength: 30 })
      .map((parts) => parts.flat().join(''))
    fc.assert(
      fc.property(line, fc.integer({ min: 40, max: 100 }), (text, columns) => {
        const lines = linesOnTerminal(text, columns)
        for (const one of lines) expect(one.length).toBeLessThanOrEqual(columns)
        for (const one of lines) expect(one.split('`').length % 2).toBe(1)
      }),
    )
  })
})

describe('printed text', () => {
  const printed = (output: { isTTY?: boolean; columns?: number }) => {
    let written = ''
    printTo({ ...output, write: (text) => (written += text) }, long)
    return written
  }

  it('is wrapped to 80 columns on a terminal that has no size', () => {
    expect(printed({ isTTY: true, columns: 0 })).toBe(`${wrapLines(long, 80)}\n`)
  })

  it('is wrapped on a terminal, and never in a pipe', () => {
    expect(printed({ isTTY: true, columns: 60 }).split('\n')).toHaveLength(3)
    expect(printed({ columns: 60 })).toBe(`${long}\n`)
  })
})

describe('a progress line', () => {
  const drawn = (output: { isTTY?: boolean; columns?: number }) => {
    let written = ''
    const line = openProgressLine({ ...output, write: (text) => (written += text) })
    line.draw('deals: reading groups, pipelines and associations')
    line.clear()
    line.clear()
    return written
  }

  it('is cut to the terminal, and removed once', () => {
    expect(drawn({ isTTY: true, columns: 30 })).toBe(
      '\r' + 'deals: reading groups, pipel…' + '\x1b[K\r\x1b[K',
    )
  })

  it('is not written to a pipe', () => {
    expect(drawn({})).toBe('')
  })
})

test.each([
  [{ npm_config_user_agent: 'npm/11.19.1 node/v24.21.0 linux x64' }, '/x/main.js', 'npx '],
  [{ npm_config_user_agent: 'pnpm/10.1.0 npm/? node/v24.0.0' }, '/x/main.js', 'pnpm exec '],
  [{ npm_config_user_agent: 'yarn/4.9.2 npm/? node/v24.0.0' }, '/x/main.js', 'yarn '],
  [{ npm_config_user_agent: 'bun/1.2.0 npm/? node/v24.0.0' }, '/x/main.js', 'bunx '],
  [{}, '/project/node_modules/.bin/hubgen', 'npx '],
  [{}, 'C:\\project\\node_modules\\hubgen\\dist\\generator\\cli\\main.js', 'npx '],
  [{}, '/usr/local/bin/hubgen', ''],
  [{}, undefined, ''],
])('with %j and %s a command begins with `%s`', (environment, script, launcher) => {
  expect(launcherOf(environment, script)).toBe(launcher)
})

test('every command in a text can be pasted, and nothing else changes', () => {
  const text = [
    'next: hubgen migrate',
    `next: \x1b[1mhubgen sync deals\x1b[22m`,
    '  fix: `hubgen explore deals`, then `hubgen generate deals`',
    '  hubgen explore deals && hubgen migrate',
    'hubgen writes no `hubgen.config.ts`, and `hubgen.run` is a table of schema `hubgen`',
  ]
  expect(asTyped(text.join('\n'), 'npx ').split('\n')).toEqual([
    'next: npx hubgen migrate',
    `next: \x1b[1mnpx hubgen sync deals\x1b[22m`,
    '  fix: `npx hubgen explore deals`, then `npx hubgen generate deals`',
    '  npx hubgen explore deals && npx hubgen migrate',
    'hubgen writes no `hubgen.config.ts`, and `hubgen.run` is a table of schema `hubgen`',
  ])
  expect(asTyped(text.join('\n'), '')).toBe(text.join('\n'))
  expect(asTyped(text.slice(0, 3).join('\n'), 'npx ', 'acme').split('\n')).toEqual([
    'next: npx hubgen --portal acme migrate',
    `next: \x1b[1mnpx hubgen --portal acme sync deals\x1b[22m`,
    '  fix: `npx hubgen --portal acme explore deals`, then `npx hubgen --portal acme generate deals`',
  ])
})
