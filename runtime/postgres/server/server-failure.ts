import { readFileSync } from 'node:fs'
import { HubgenError } from '../../errors.ts'

/** A server that `could not be started`; the last line of its own log, which contains no values, is the reason. */
export function serverFailure(what: string, log: string): HubgenError {
  if (usesMusl()) return needsGlibc()
  const lastLine = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? ''
  return new HubgenError('EMBEDDED_POSTGRES_FAILED', `the embedded Postgres ${what}: ${lastLine}`, {
    at: log,
    fix: 'read that file, or set DATABASE_URL (or NEON_HOST …) to use a server of your own',
  })
}

/** A program that the operating system refuses to run: another libc, a disk mounted with `noexec`. */
export function unrunnable(program: string, cause: NodeJS.ErrnoException): HubgenError {
  if (usesMusl()) return needsGlibc(cause)
  return new HubgenError(
    'EMBEDDED_POSTGRES_FAILED',
    `this system cannot run the embedded Postgres (${cause.code ?? cause.message})`,
    {
      at: program,
      fix: 'run that program to see why, or set DATABASE_URL (or NEON_HOST …) to use a server of your own',
      cause,
    },
  )
}

/** @internal Exported for tests. */
export function needsGlibc(cause?: unknown): HubgenError {
  return new HubgenError(
    'EMBEDDED_POSTGRES_FAILED',
    'the embedded Postgres needs glibc, and this system has musl, as Alpine does',
    {
      fix: 'set DATABASE_URL (or NEON_HOST …) to use a server of your own, or use an image with glibc, such as `node:24-slim`',
      cause,
    },
  )
}

/** Whether this is a Linux without glibc. */
function usesMusl(): boolean {
  if (process.platform !== 'linux') return false
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime === undefined
}
