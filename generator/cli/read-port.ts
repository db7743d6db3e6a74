import { HubgenError } from '../../runtime/errors.ts'

/** The port in `--port` of this command; 0 chooses a free port. Fails with USAGE. */
export function readPort(text: string, command: string): number {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN
  if (port <= 65_535) return port
  throw new HubgenError('USAGE', `--port takes a number from 0 to 65535, found \`${text}\``, {
    fix: `\`hubgen ${command} --help\``,
  })
}
