import { HubgenError } from '../../runtime/errors.ts'

/**
 * Equals `engines` in package.json: Node runs generated `.ts` modules without a build from this version on.
 */
const oldest = [22, 18] as const

/** NODE_TOO_OLD if commands cannot run on this version of Node; otherwise undefined. */
export function checkNode(version: string): HubgenError | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return undefined
  const message = `Node ${version} is too old: hubgen needs ${oldest.join('.')} or newer`
  const fix = 'install Node 24 from https://nodejs.org, or with `nvm install 24`'
  return new HubgenError('NODE_TOO_OLD', message, { fix })
}
