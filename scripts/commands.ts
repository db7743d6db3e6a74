/**
 * `npm run commands`: writes `docs/commands.md` from the help of the command line. A test compares them.
 */
import { writeFileSync } from 'node:fs'
import { renderCommands } from './render-commands.ts'

writeFileSync(new URL('../docs/commands.md', import.meta.url), await renderCommands())
