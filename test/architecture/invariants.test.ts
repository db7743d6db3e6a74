import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../generator/cli/program.ts'
import { importsOf, readSourceFiles } from './source-files.ts'

const root = new URL('../../', import.meta.url)
const files = readSourceFiles()
const templates = globSync('templates/**/*.hbs', { cwd: root }).map((path) => ({
  path,
  text: readFileSync(new URL(path, root), 'utf8'),
}))
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  '.env.example',
  'docs/scheduling.md',
  'simulator/README.md',
].map((path) => ({ path, text: readFileSync(new URL(path, root), 'utf8') }))

interface Text {
  readonly path: string
  readonly text: string
}

/** `path: line` for every line that matches, except comments. */
function find(texts: readonly Text[], pattern: RegExp): readonly string[] {
  return texts.flatMap(({ path, text }) =>
    text
      .split('\n')
      .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line) && pattern.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  )
}

function within(...places: readonly string[]): readonly Text[] {
  return files.filter(({ path }) => places.some((place) => path.startsWith(place)))
}

describe('the generator', () => {
  it('has no clock, no randomness and no machine in what it decides and renders', () => {
    const ambient =
      /Date\.now|new Date\(|Math\.random|random(Bytes|UUID|Int)|process\.(version|platform|arch|env|cwd)|localeCompare|toLocale\w+\((?!'en-US')|\bIntl\b/
    expect(find(within('generator/model/', 'generator/render/'), ambient)).toEqual([])
  })

  it('has templates that loop and test for presence, and nothing else', () => {
    const plain = /\{\{~?(else|#(if|each) [\w./]+|\/(if|each)|[\w./]+)\}\}/g
    const rest = templates.map(({ path, text }) => ({ path, text: text.replaceAll(plain, '') }))
    expect(find(rest, /\{\{/)).toEqual([])
  })
})

/** Columns that a statement casts to text under their own name, and sorts by without a table name. */
function sortedAsText(statement: string): readonly string[] {
  const casts = statement.matchAll(/(\w+)?\)?::text(?!\[)(?:\s+AS\s+"?(\w+)"?)?/g)
  const names = new Set([...casts].flatMap(([, column, alias]) => alias ?? column ?? []))
  const orders = statement.matchAll(/ORDER BY\s+([^()`]*?)(?=\bLIMIT\b|\bOFFSET\b|\)|`|;|$)/gs)
  const sorted = [...orders].flatMap(([, list = '']) => list.split(',').map((one) => one.trim()))
  return sorted.flatMap((one) => {
    const name = /^"?(\w+)"?(?:\s+(?:ASC|DESC))?(?:\s+NULLS \w+)?$/.exec(one)?.[1]
    return name !== undefined && names.has(name) ? one : []
  })
}

describe('statements', () => {
  it('do not sort ids as text: with `id::text` in the list, `ORDER BY id` sorts the text', () => {
    const statements = within('runtime/', 'dashboard/', 'generator/').flatMap(({ path, text }) =>
      [...text.matchAll(/`[^`]*`/g)].map(([statement]) => ({ path, statement })),
    )
    const wrong = statements.flatMap(({ path, statement }) =>
      sortedAsText(statement).map((column) => `${path}: ORDER BY ${column}`),
    )
    expect(statements.filter(({ statement }) => /ORDER BY/.test(statement)).length).toBeGreaterThan(
      20,
    )
    expect(wrong).toEqual([])
  })

  it.each([
    ['SELECT id::text FROM deal WHERE id > 7 ORDER BY id LIMIT 10', ['id']],
    ['SELECT deal.id::text FROM deal ORDER BY id', ['id']],
    ['SELECT min(id)::text AS id FROM deal GROUP BY x ORDER BY id DESC', ['id DESC']],
    ['SELECT id::text AS "recordId" FROM deal ORDER BY "recordId"', ['"recordId"']],
    ['SELECT deal.id::text FROM deal ORDER BY deal.id LIMIT 10', []],
    ['SELECT id::text AS name FROM deal ORDER BY id LIMIT 10', []],
    ['SELECT id FROM deal WHERE id = ANY ($1::text[]) ORDER BY id', []],
  ])('%s', (statement, sorted) => {
    expect(sortedAsText(statement)).toEqual(sorted)
  })
})

describe('the runtime', () => {
  it('prints and ends the process where a command ends, and nowhere else', () => {
    const others = within('runtime/', 'generator/', 'simulator/').filter(
      ({ path }) => !path.startsWith('generator/cli/') && !path.startsWith('runtime/terminal/'),
    )
    expect(find(others, /process\.(stdout|stderr|exit|exitCode)\b|\bconsole\./)).toEqual([])
  })

  it('takes time and chance from runtime/machine.ts, and nowhere else', () => {
    const ambient =
      /Date\.now\b|new Date\(\)|Math\.random\b|performance\.\w|\bset(Timeout|Interval|Immediate)\b|timers\/promises|random(Bytes|UUID|Int)\b|getRandomValues/
    const others = within('runtime/', 'generator/', 'dashboard/').filter(
      ({ path }) => path !== 'runtime/machine.ts',
    )
    expect(find(others, ambient), 'call `machine` instead').toEqual([])
  })

  it('calls HubSpot in one place, and begins transactions in one place', () => {
    const outside = within('runtime/', 'generator/', 'dashboard/')
    expect(find(outside, /(?<![.\w])fetch\(/)).toEqual([
      expect.stringMatching(/^runtime\/alerts\/post-alert\.ts: /),
      expect.stringMatching(/^runtime\/hubspot\/client\/transport\.ts: /),
    ])
    expect(find(outside, /\.transaction\(\)/)).toEqual([
      expect.stringMatching(/^runtime\/postgres\/connection\/transact\.ts: /),
    ])
  })

  it('keeps no state in a session of Postgres, but for the embedded server that it starts itself', () => {
    const session = /\bLISTEN\b|SET SESSION|pg_(try_)?advisory_(un)?lock/
    const others = within('runtime/').filter(({ path }) => !path.endsWith('/embedded.ts'))
    expect(find(others, session)).toEqual([])
  })
})

describe('the compiler', () => {
  it('is not silenced: no `as never` and no `any`', () => {
    const sources = within('generator/', 'runtime/', 'dashboard/', 'simulator/')
    expect(find(sources, /\) as never\b|\w as never\b[,;)]|: any\b|\bas any\b|<any>/)).toEqual([])
  })

  it('sees `--directory` declared once, for every command', () => {
    expect(find(within('generator/cli/'), /option\('directory'/)).toHaveLength(1)
  })
})

/** All files and packages that load with a module: neither types nor dynamic imports. */
function loadedBy(path: string, loaded = new Set<string>()): ReadonlySet<string> {
  if (loaded.has(path)) return loaded
  loaded.add(path)
  const text = files.find((file) => file.path === path)?.text ?? ''
  const now = text.replaceAll(/^(import|export) type [^'"]*['"][^'"]+['"]|\bimport\(/gm, '')
  for (const target of importsOf(path, now)) loadedBy(target, loaded)
  return loaded
}

describe('the command line', () => {
  it('loads the clients of Postgres and HubSpot, and the schemas, only for commands that need them', () => {
    const loaded = loadedBy('generator/cli/run-program.ts')
    expect(loaded).toContain('generator/cli/migrate/migrate.ts')
    const slow = ['pg', 'kysely', 'zod', 'handlebars', '@hubspot/api-client', 'undici', 'hono']
    expect(slow.filter((name) => loaded.has(name))).toEqual([])
  })
})

describe('commands in messages and documents', () => {
  /** A code span in Markdown, in a string, or escaped in a template literal; a line of a code block. */
  const span =
    /(?:\\`(?:npx )?|^npx )hubgen ([a-z]+)([^`$\\\n]*)|`(?:npx )?hubgen ([a-z]+)([^`$\\\n]*)`/gm
  const told = [...within('generator/', 'runtime/'), ...templates, ...documents].flatMap(
    ({ path, text }) =>
      [...text.matchAll(span)].map((match) => ({
        path,
        command: match[1] ?? match[3] ?? '',
        options: (match[2] ?? match[4] ?? '').match(/--[a-z]+/g) ?? [],
      })),
  )

  it('exist, with the options they name', async () => {
    const helps = new Map<string, string>()
    for (const command of new Set(told.map((one) => one.command))) {
      helps.set(command, await createProgram([command], '0.0.0').getHelp())
    }
    const wrong = told.filter(({ command, options }) => {
      const help = helps.get(command) ?? ''
      return !help.startsWith(`hubgen ${command}`) || options.some((one) => !help.includes(one))
    })
    expect(told.length).toBeGreaterThan(50)
    expect(wrong).toEqual([])
  })
})
