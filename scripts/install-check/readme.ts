import { readFileSync } from 'node:fs'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

/** The part of README's first step that installs the package. */
export const installCommand = 'npm install hubgen kysely'

/** The commands of README for a portal of one's own, without comments. */
export function readmeSteps(): readonly string[] {
  const block = blocks('sh').find((text) => text.includes(installCommand))
  if (block === undefined) throw new Error(`README.md has no \`${installCommand}\``)
  return block
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}

/** The compiler options that README names for an existing TypeScript project. */
export function readmeCompilerOptions(): Readonly<Record<string, unknown>> {
  const block = blocks('json').find((text) => text.includes('compilerOptions'))
  if (block === undefined) throw new Error('README.md has no `compilerOptions`')
  return JSON.parse(block).compilerOptions
}

/** The program that README shows for typed queries. */
export function readmeProgram(): string {
  const block = blocks('ts').find((text) => text.includes('withTables<Database>'))
  if (block === undefined) throw new Error('README.md has no program with `withTables`')
  return block
}

function blocks(language: string): readonly string[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm')
  return [...readme.matchAll(fenced)].map(([, text = '']) => text)
}
