import { readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** One exported or local declaration of a declaration file that `tsc` wrote. */
interface Declaration {
  readonly name: string
  readonly exported: boolean
  readonly text: string
}

interface DeclarationFile {
  readonly declarations: ReadonlyMap<string, Declaration>
  /** Local name and origin of imports from relative modules. */
  readonly imports: ReadonlyMap<string, { readonly path: string; readonly name: string }>
  /** The re-exports of the file. */
  readonly reexports: readonly ReExport[]
}

interface ReExport {
  readonly path: string
  /** `*` for all exports. */
  readonly name: string
  readonly as: string
}

/** Types that a door's exports mention but the door does not export. */
export interface DoorGaps {
  /** Types that cannot be named: `runtime/hubspot/paths.d.ts HubSpotPaths, in HubSpot`. */
  readonly unnamed: readonly string[]
  /** Optional members that refuse `undefined` under `exactOptionalPropertyTypes`. */
  readonly refusingUndefined: readonly string[]
}

/** Follows every type from a door; `root` is the folder of the declaration files, `door` a path inside it. */
export function findGaps(root: string, door: string): DoorGaps {
  const files = new Map<string, DeclarationFile>()
  const read = (path: string): DeclarationFile => {
    const known = files.get(path)
    if (known !== undefined) return known
    const file = parseDeclarations(path, readFileSync(path, 'utf8'))
    files.set(path, file)
    return file
  }
  const named = new Set<string>()
  const waiting: (readonly [path: string, name: string, usedBy: string])[] = []
  for (const { path, name } of exportsOf(join(root, door), read)) {
    named.add(`${path} ${name}`)
    waiting.push([path, name, door])
  }
  const seen = new Set<string>()
  const unnamed = new Set<string>()
  const refusing = new Set<string>()
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const [path, name, usedBy] = next
    if (seen.has(`${path} ${name}`)) continue
    seen.add(`${path} ${name}`)
    const file = read(path)
    const imported = file.imports.get(name)
    if (imported !== undefined) {
      waiting.push([imported.path, imported.name, usedBy])
      continue
    }
    const declaration = file.declarations.get(name)
    if (declaration === undefined) continue
    const place = relative(root, path)
    if (!isShorthand(declaration) && !named.has(`${path} ${name}`))
      unnamed.add(`${place} ${name}, in ${usedBy}`)
    for (const member of refusingMembers(declaration.text)) {
      refusing.add(`${place} ${name}.${member}`)
    }
    for (const word of new Set(declaration.text.match(/\b[A-Za-z_$][\w$]*/g))) {
      if (word !== name && isKnownType(file, word)) waiting.push([path, word, name])
    }
  }
  return { unnamed: [...unnamed].sort(), refusingUndefined: [...refusing].sort() }
}

/** Members and parameters share names with functions and constants, so only names of types count. */
function isKnownType(file: DeclarationFile, word: string): boolean {
  return /^[A-Z]/.test(word) && (file.imports.has(word) || file.declarations.has(word))
}

function refusingMembers(text: string): readonly string[] {
  return [...text.matchAll(/\breadonly (\w+)\?: ([^\n]*?);/g)].flatMap(
    ([, name = '', type = '']) => (acceptsUndefined(type) ? [] : [name]),
  )
}

/** Types that `tsc` inlines: an alias that the file does not export, the type of a constant. */
function isShorthand({ exported, text }: Declaration): boolean {
  return /^(export )?(declare )?const\b/.test(text) || (!exported && /^type\b/.test(text))
}

function acceptsUndefined(type: string): boolean {
  return type.includes('=>')
    ? /^\(\(.*\) \| undefined$/.test(type)
    : type === 'unknown' || /(^|\| )undefined($| \|)/.test(type)
}

function exportsOf(
  path: string,
  read: (path: string) => DeclarationFile,
): readonly { readonly path: string; readonly name: string }[] {
  const file = read(path)
  const own = [...file.declarations.values()].filter(({ exported }) => exported)
  return [
    ...own.map(({ name }) => ({ path, name })),
    ...file.reexports.flatMap((one) =>
      one.name === '*' ? exportsOf(one.path, read) : [{ path: one.path, name: one.name }],
    ),
  ]
}

function parseDeclarations(path: string, source: string): DeclarationFile {
  const text = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
  const from = (specifier: string) => join(dirname(path), specifier.replace(/\.ts$/, '.d.ts'))
  const imports = new Map<string, { path: string; name: string }>()
  for (const [, list = '', specifier = ''] of text.matchAll(
    /^import (?:type )?\{([^}]*)\} from '(\.[^']*)'/gm,
  )) {
    for (const { name, as } of namesOf(list)) imports.set(as, { path: from(specifier), name })
  }
  const reexports: ReExport[] = []
  for (const [, list = '', specifier = ''] of text.matchAll(
    /^export (?:type )?(\*|\{[^}]*\}) from '(\.[^']*)'/gm,
  )) {
    const named = list === '*' ? [{ name: '*', as: '*' }] : namesOf(list.slice(1, -1))
    reexports.push(...named.map((one) => ({ ...one, path: from(specifier) })))
  }
  for (const [, list = ''] of text.matchAll(/^export (?:type )?\{([^}]*)\};/gm)) {
    for (const { name, as } of namesOf(list)) {
      const imported = imports.get(name)
      if (imported !== undefined) reexports.push({ ...imported, as })
    }
  }
  const declarations = new Map<string, Declaration>()
  const starts =
    /^(export )?(?:declare )?(?:abstract )?(?:interface|type|class|function|const) (\w+)/gm
  for (const match of text.matchAll(starts)) {
    const [, exported, name = ''] = match
    const rest = text.slice(match.index)
    const end = rest.slice(1).search(/^(?:export|declare|import|interface|type|const|function)\b/m)
    const earlier = declarations.get(name)?.text ?? ''
    declarations.set(name, {
      name,
      exported: exported !== undefined,
      text: earlier + (end === -1 ? rest : rest.slice(0, end + 1)),
    })
  }
  return { declarations, imports, reexports }
}

function namesOf(list: string): readonly { readonly name: string; readonly as: string }[] {
  return list
    .split(',')
    .map((one) => one.trim().replace(/^type /, ''))
    .filter((one) => one !== '')
    .map((one) => {
      const [name = '', as = name] = one.split(/ as /)
      return { name, as }
    })
}
