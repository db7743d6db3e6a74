import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import { HubgenError } from '../runtime/errors.ts'
import { isLoopback } from '../runtime/loopback.ts'
import { createApp, type ReportError } from './create-app.ts'
import type { DashboardOptions } from './dashboard-options.ts'
import { createPortalsApp } from './portals/create-portals-app.ts'
import type { PortalsOptions } from './portals/portals-options.ts'

export interface ServeOptions extends DashboardOptions {
  /** A name or address of this machine; anything but loopback requires a token. */
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly onError: ReportError
}

/** The same for the page of all portals. */
export interface ServePortalsOptions
  extends PortalsOptions,
    Pick<ServeOptions, 'host' | 'port' | 'onError'> {}

/** A running dashboard. Closing it lets active requests finish and does not affect runs. */
export interface Dashboard extends AsyncDisposable {
  /** `http://localhost:5001`, and the base path. */
  readonly url: string
  close(): Promise<void>
}

/** Shorter tokens could be guessed. */
const shortestToken = 16

/** Fails with DASHBOARD_TOKEN_MISSING, DASHBOARD_TOKEN_SHORT or PORT_UNAVAILABLE, and as `ensureState` does. */
export async function serveDashboard(options: ServeOptions): Promise<Dashboard> {
  checkToken(options)
  const { app, reader, close } = createApp(options, options.onError)
  await reader.prepare()
  return await serveApp({ app, close }, options)
}

/** The same for the page of all portals. Fails with DASHBOARD_TOKEN_MISSING, DASHBOARD_TOKEN_SHORT or PORT_UNAVAILABLE. */
export async function servePortals(options: ServePortalsOptions): Promise<Dashboard> {
  checkToken(options)
  return await serveApp(createPortalsApp(options, options.onError), options)
}

async function serveApp(
  { app, close: closeApp }: { readonly app: Hono; close(): void },
  { host, port, basePath }: Pick<ServeOptions, 'host' | 'port' | 'basePath'>,
): Promise<Dashboard> {
  const server = await listen(app.fetch, host, port)
  const { port: taken } = server.address() as AddressInfo
  const name = host.includes(':') ? `[${host}]` : host
  const close = async () => {
    closeApp()
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    server.closeAllConnections()
    await closed
  }
  return { url: `http://${name}:${taken}${basePath}`, close, [Symbol.asyncDispose]: close }
}

function checkToken({ host, token }: Pick<ServeOptions, 'host' | 'token'>): void {
  const fix =
    'set HUBGEN_DASHBOARD_TOKEN to a long random text, such as `openssl rand -hex 24` prints'
  if (token !== null && token.length < shortestToken) {
    throw new HubgenError(
      'DASHBOARD_TOKEN_SHORT',
      `HUBGEN_DASHBOARD_TOKEN has fewer than ${shortestToken} characters`,
      { fix },
    )
  }
  if (token === null && !isLoopback(host)) {
    throw new HubgenError(
      'DASHBOARD_TOKEN_MISSING',
      `\`${host}\` can be reached from other machines, and anyone who reaches the dashboard may do everything`,
      { fix: `${fix}, or leave \`--host\` out` },
    )
  }
}

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  host: string,
  port: number,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: host, port }, () => resolve(server)) as Server
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { code } = error
      const reasons: Readonly<Record<string, string>> = {
        EADDRINUSE: 'is in use',
        EACCES: 'may not be used by this user',
        EADDRNOTAVAIL: `is not available: \`${host}\` is not an address of this machine`,
        ENOTFOUND: `is not available: there is no host \`${host}\``,
      }
      const reason = reasons[code ?? '']
      if (reason === undefined) {
        reject(error)
        return
      }
      reject(
        new HubgenError('PORT_UNAVAILABLE', `port \`${port}\` ${reason}`, {
          fix: 'stop what runs there, or choose another with `hubgen dashboard --port 5002`',
          cause: error,
        }),
      )
    })
  })
}
