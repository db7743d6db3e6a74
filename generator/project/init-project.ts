import { existsSync } from 'node:fs'
import { appendFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HubgenError } from '../../runtime/errors.ts'
import { CONFIG_FILES } from '../config/read-config.ts'
import { orUnwritable } from '../disk/or-unwritable.ts'
import { fillEnvironment } from './fill-environment.ts'
import { createRepository } from './git.ts'

/** A file of a new project, or `.git`, and what became of it. */
export interface InitializedFile {
  readonly path: string
  readonly outcome: 'written' | 'extended' | 'kept' | 'failed'
  /** Null if there is nothing to add. */
  readonly note: string | null
}

/** Secrets, and files that belong to one machine. */
const IGNORED_LINES = ['.env', '.hubgen/', 'node_modules/']

/** Source files in this package, by their path in the project. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['hubgen.config.ts', 'hubgen/templates/init/hubgen.config.ts'],
  ['tsconfig.json', 'hubgen/templates/init/tsconfig.json'],
  ['.env.example', 'hubgen/.env.example'],
  ['.squawk.toml', 'hubgen/templates/init/squawk.toml'],
  ['.github/workflows/hubgen.yml', 'hubgen/templates/init/hubgen.yml'],
])

/** Only the owner may read secrets. */
const secretMode = 0o600

/**
 * Writes missing files, `.env` among them with these variables, and makes a git repository if there is none. Never
 * changes existing files, except for lines added to `.gitignore`. Fails with FILE_UNWRITABLE.
 */
export async function initProject(
  directory: string,
  variables: ReadonlyMap<string, string>,
): Promise<readonly InitializedFile[]> {
  const done = await orUnwritable(directory, async () => {
    // Before `.env`, which must not be committed at any moment.
    const first = [await ignore(directory), await writeEnvironment(directory, variables)]
    for (const [path, source] of FILES) first.push(await writeFrom(source, directory, path))
    return first
  })
  return [...done, await initRepository(directory)]
}

async function writeEnvironment(
  directory: string,
  variables: ReadonlyMap<string, string>,
): Promise<InitializedFile> {
  const path = join(directory, '.env')
  const example = await readPackaged('hubgen/.env.example')
  const text = fillEnvironment(example.replace(/^# Copy to \.env and fill in\. /, '# '), variables)
  const outcome = await writeMissing(path, text, secretMode)
  const notes = outcome === 'kept' ? await findReservations(path, variables) : []
  const overruled = [...variables].flatMap(([name, value]) =>
    process.env[name] === undefined || process.env[name] === value ? [] : [name],
  )
  if (overruled.length > 0) {
    notes.push(`${overruled.join(', ')} of the environment takes precedence: unset it`)
  }
  return { path: '.env', outcome, note: notes.length === 0 ? null : notes.join('; ') }
}

/** The reasons for a user to change an existing `.env`. */
async function findReservations(
  path: string,
  variables: ReadonlyMap<string, string>,
): Promise<string[]> {
  const notes: string[] = []
  if (variables.size > 0)
    notes.push(`not changed: set ${[...variables.keys()].join(', ')} yourself`)
  const { mode } = await stat(path)
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    notes.push('other users of this machine may read it: `chmod 600 .env`')
  }
  return notes
}

async function writeFrom(
  source: string,
  directory: string,
  path: string,
): Promise<InitializedFile> {
  const known = path === 'hubgen.config.ts' ? CONFIG_FILES : []
  const existing = known.find((name) => existsSync(join(directory, name)))
  if (existing !== undefined) return { path: existing, outcome: 'kept', note: null }
  await mkdir(dirname(join(directory, path)), { recursive: true })
  const outcome = await writeMissing(join(directory, path), await readPackaged(source))
  return { path, outcome, note: null }
}

function readPackaged(source: string): Promise<string> {
  return readFile(fileURLToPath(import.meta.resolve(source)), 'utf8')
}

/** Creates a file; keeps one that exists. */
async function writeMissing(path: string, text: string, mode = 0o666): Promise<'written' | 'kept'> {
  try {
    await writeFile(path, text, { flag: 'wx', mode })
    return 'written'
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'kept'
    throw error
  }
}

async function ignore(directory: string): Promise<InitializedFile> {
  const path = join(directory, '.gitignore')
  const there = existsSync(path)
  const text = there ? await readFile(path, 'utf8') : ''
  const lines = new Set(text.split(/\r?\n/).map(withoutSlashes))
  const missing = IGNORED_LINES.filter((line) => !lines.has(withoutSlashes(line)))
  if (missing.length === 0) return { path: '.gitignore', outcome: 'kept', note: null }
  const end = text.includes('\r\n') ? '\r\n' : '\n'
  const open = text === '' || text.endsWith('\n') ? '' : end
  await appendFile(path, open + missing.map((line) => line + end).join(''))
  return { path: '.gitignore', outcome: there ? 'extended' : 'written', note: null }
}

/** `/.env` and `.hubgen` have the same effect as `.env` and `.hubgen/`. */
function withoutSlashes(line: string): string {
  return line.trim().replace(/^\/|\/$/g, '')
}

/** A folder without git works, too, except for `hubgen diff --commit`. */
async function initRepository(directory: string): Promise<InitializedFile> {
  try {
    const outcome = await createRepository(directory)
    return { path: '.git', outcome, note: null }
  } catch (error) {
    if (!(error instanceof HubgenError)) throw error
    return { path: '.git', outcome: 'failed', note: error.message }
  }
}
