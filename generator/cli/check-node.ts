import { HubgenError } from '../../runtime/errors.ts'

const fix = 'install Node 24 from https://nodejs.org, or with `nvm install 24`'

/**
 * NODE_TOO_OLD if commands cannot run on this version of Node; otherwise undefined. Equals `engines` in
 * package.json: the versions that run generated `.ts` modules without a build.
 */
export function checkNode(version: string): HubgenError | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major >= 24 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)) return undefined
  const newer = major === 23 ? '23.6, 24' : '22.18'
  return new HubgenError(
    'NODE_TOO_OLD',
    `Node ${version} is too old: hubgen needs ${newer} or newer`,
    { fix },
  )
}

/** RUNTIME_UNSUPPORTED outside of Node, e.g. for `bunx --bun`; otherwise as `checkNode`. */
export function checkRuntime(
  versions: Readonly<Record<string, string | undefined>>,
): HubgenError | undefined {
  const other = ['bun', 'deno'].find((name) => versions[name] !== undefined)
  if (other === undefined) return checkNode(versions['node'] ?? '0')
  const message = `hubgen runs on Node, and this is ${other} ${versions[other]}`
  return new HubgenError('RUNTIME_UNSUPPORTED', message, {
    fix:
      other === 'bun'
        ? `run \`bunx hubgen\` without \`--bun\`; it needs Node on the PATH: ${fix}`
        : `run \`npx hubgen\`; it needs Node on the PATH: ${fix}`,
  })
}
