import type { SourceFile } from './source-files.ts'

interface Direction {
  /** Files this line speaks of: the longest matching prefix wins. */
  readonly from: string
  /** Prefixes of repository paths and names of packages that they may import. */
  readonly may: readonly string[]
  /** What to do instead, said when they import something else. */
  readonly instead: string
}

/** Which way the arrows of ARCHITECTURE.md point. */
const directions: readonly Direction[] = [
  {
    from: 'generator/model/',
    may: ['generator/model/', 'node:crypto', 'zod'],
    instead:
      'the model is pure: take the value as an argument and read it in generator/explore or generator/cli',
  },
  {
    from: 'generator/disk/',
    may: ['generator/disk/', 'generator/model/', 'node:'],
    instead: 'disk compares and replaces files of any content: pass the texts as arguments',
  },
  {
    from: 'generator/render/',
    may: ['generator/render/', 'generator/model/', 'handlebars', 'node:'],
    instead:
      'render turns an Analysis into text: put the fact into the Analysis, in generator/model',
  },
  {
    from: 'generator/config/',
    may: ['generator/config/', 'generator/model/', 'runtime/errors.ts', 'zod', 'node:'],
    instead: 'the configuration is read and turned into the choices of generator/model',
  },
  {
    from: 'generator/explore/',
    may: [
      'generator/config/',
      'generator/disk/',
      'generator/explore/',
      'generator/model/',
      'generator/render/',
      'runtime/',
      'zod',
      'node:',
    ],
    instead: 'explore reads HubSpot through runtime/hubspot and decides through generator/model',
  },
  {
    from: 'generator/project/',
    may: [
      'generator/config/',
      'generator/disk/',
      'generator/explore/',
      'generator/model/',
      'generator/project/',
      'generator/render/',
      'runtime/',
      'node:',
      'hubgen/',
    ],
    instead:
      'work on a project folder prints nothing and knows no command: return what is to be said',
  },
  {
    from: 'generator/cli/',
    may: ['generator/', 'runtime/', 'dashboard/', 'simulator/', 'yargs', 'node:', 'hubgen/'],
    instead: 'commands put the rooms together: put the work into the room that it belongs to',
  },
  {
    from: 'runtime/hubspot/',
    may: [
      'runtime/hubspot/',
      'runtime/errors.ts',
      'runtime/loopback.ts',
      '@hubspot/api-client',
      'node:',
    ],
    instead: 'reading HubSpot knows neither Postgres nor runs: they meet in runtime/sync',
  },
  {
    from: 'runtime/values/',
    may: ['runtime/values/', 'runtime/entity.ts'],
    instead: 'a value is converted from its text alone: take what else it needs as an argument',
  },
  {
    from: 'runtime/postgres/',
    may: [
      'runtime/postgres/',
      'runtime/values/',
      'runtime/entity.ts',
      'runtime/errors.ts',
      'runtime/loopback.ts',
      'kysely',
      'pg',
      'zod',
      'node:',
    ],
    instead: 'Postgres takes rows and knows neither HubSpot nor events: they meet in runtime/sync',
  },
  {
    from: 'runtime/',
    may: ['runtime/', 'kysely', 'pino', 'node:'],
    instead:
      'the runtime is shipped to production: it knows nothing of the generator, its command line and its templates',
  },
  {
    from: 'dashboard/',
    may: ['dashboard/', 'runtime/', 'hono', '@hono/node-server', 'node:'],
    instead: 'the dashboard shows what the database and runtime events say: import runtime',
  },
  {
    from: 'simulator/',
    may: ['simulator/', 'node:'],
    instead:
      'the simulator must not share our misunderstandings of HubSpot: write it from the fact, not from the client',
  },
  {
    from: 'generated/',
    may: ['generated/', 'hubgen/generated'],
    instead: 'generated modules are types and data: what they need comes from `hubgen/generated`',
  },
  { from: 'scripts/', may: [''], instead: '' },
  { from: 'test/', may: [''], instead: '' },
]

/** One sentence for every import that points the wrong way. */
export function findWrongImports(files: readonly SourceFile[]): readonly string[] {
  return files.flatMap(({ path, imports }) => {
    const direction = directions
      .filter(({ from }) => path.startsWith(from))
      .toSorted((a, b) => b.from.length - a.from.length)[0]
    if (direction === undefined) return [`${path} is in no room of ARCHITECTURE.md`]
    return imports
      .filter((target) => !direction.may.some((allowed) => isWithin(target, allowed)))
      .map((target) => `${path} imports ${target}: ${direction.instead}`)
  })
}

function isWithin(target: string, allowed: string): boolean {
  return allowed === '' || allowed.endsWith('/') || allowed.endsWith(':')
    ? target.startsWith(allowed)
    : target === allowed
}

/** Each cycle of imports, those of types alone included, as `a → b → a`; empty when there is none. */
export function findCycles(files: readonly SourceFile[]): readonly string[] {
  const graph = new Map(files.map(({ path, imports }) => [path, imports]))
  const done = new Set<string>()
  const cycles: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '))
      return
    }
    if (done.has(path)) return
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) visit(path, [])
  return cycles
}
