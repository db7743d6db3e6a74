import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { renderCommands } from '../../scripts/render-commands.ts'

it('docs/commands.md is the help of every command (`npm run commands` writes it)', async () => {
  const document = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8')
  expect(document).toBe(await renderCommands())
})
