import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { styleText } from 'node:util'
import { HubgenError } from '../../runtime/errors.ts'
import { CONFIG_FILES } from '../config/read-config.ts'

export interface InitializedFile {
  readonly path: string
  readonly outcome: 'written' | 'extended' | 'kept'
}

/** Secrets, and files that belong to one machine. */
const IGNORED_LINES = ['.env', '.hubgen/']

/** Source files in this package, by their path in the project. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['hubgen.config.ts', 'hubgen/templates/init/hubgen.config.ts'],
  ['.env.example', 'hubgen/.env.example'],
  ['.github/workflows/hubgen.yml', 'hubgen/templates/init/hubgen.yml'],
])

/** Writes missing files and never changes existing ones, except for lines added to `.gitignore`. */
export async function initProject(directory: string): Promise<readonly InitializedFile[]> {
  const done: InitializedFile[] = []
  try {
    for (const [path, source] of FILES) {
      const known = path === 'hubgen.config.ts' ? CONFIG_FILES : [path]
      const existing = known.find((name) => existsSync(join(directory, name)))
      if (existing !== undefined) {
        done.push({ path: existing, outcome: 'kept' })
        continue
      }
      const text = await readFile(fileURLToPath(import.meta.resolve(source)), 'utf8')
      await mkdir(dirname(join(directory, path)), { recursive: true })
      await writeFile(join(directory, path), text, { flag: 'wx' })
      done.push({ path, outcome: 'written' })
    }
    done.push({ path: '.gitignore', outcome: await ignore(join(directory, '.gitignore')) })
  } catch (cause) {
    const { code, path } = cause as NodeJS.ErrnoException
    throw new HubgenError('FILE_UNWRITABLE', `the project's files cannot be written (${code})`, {
      at: path ?? directory,
      fix: 'check the permissions of the folder and the space on its disk, then run it again',
      cause,
    })
  }
  return done
}

async function ignore(path: string): Promise<InitializedFile['outcome']> {
  const there = existsSync(path)
  const text = there ? await readFile(path, 'utf8') : ''
  const lines = new Set(text.split(/\r?\n/).map(withoutSlashes))
  const missing = IGNORED_LINES.filter((line) => !lines.has(withoutSlashes(line)))
  if (missing.length === 0) return 'kept'
  const open = text === '' || text.endsWith('\n') ? '' : '\n'
  await appendFile(path, `${open}${missing.join('\n')}\n`)
  return there ? 'extended' : 'written'
}

/** `/.env` and `.hubgen` have the same effect as `.env` and `.hubgen/`. */
function withoutSlashes(line: string): string {
  return line.trim().replace(/^\/|\/$/g, '')
}

const OUTCOMES = {
  written: ['green', 'wrote'],
  extended: ['green', 'added to'],
  kept: ['dim', 'exists'],
} as const

/** The written files, and the next commands. */
export function describeInit(files: readonly InitializedFile[]): string {
  const lines = files.map(({ path, outcome }) => {
    const [style, word] = OUTCOMES[outcome]
    return `${styleText(style, word.padEnd(8))}  ${path}`
  })
  const next = [
    'cp -n .env.example .env      # keeps an existing .env; then fill in HUBSPOT_API_TOKEN',
    'npx hubgen explore --all',
    'npx hubgen generate --all',
    'npx hubgen migrate',
  ]
  const steps = next.map((step, index) => `${index === 0 ? 'next:' : '     '} ${step}`)
  return `${[...lines, ...steps].join('\n')}\n`
}
