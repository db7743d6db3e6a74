/**
 * `npm pack` and `npm publish` run this before and, with `--restore`, after packing: builds `dist/`, and
 * leaves out of the packed package.json what only this repository can do. Package managers that install from
 * a folder or from git would run a packed `prepare`, without the tools that it needs.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)
const manifest = new URL('package.json', root)
const aside = new URL('.hubgen/package.json', root)

// It also exists if packing was interrupted.
if (existsSync(aside)) renameSync(aside, manifest)
if (!process.argv.includes('--restore')) {
  const build = fileURLToPath(new URL('scripts/build.ts', root))
  execFileSync(process.execPath, [build], { stdio: 'inherit' })
  const text = readFileSync(manifest, 'utf8')
  mkdirSync(new URL('.hubgen', root), { recursive: true })
  writeFileSync(aside, text)
  writeFileSync(manifest, `${JSON.stringify(packed(JSON.parse(text)), null, 2)}\n`)
}

function packed({ devDependencies, allowScripts, scripts, ...kept }: Record<string, unknown>) {
  // npm looks for the script that restores the file in the file itself.
  const { postpack } = scripts as Readonly<Record<string, string>>
  return { ...kept, scripts: { postpack } }
}
