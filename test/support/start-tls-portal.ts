import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Server } from 'node:net'
import { join } from 'node:path'
import { createServer as createTlsServer } from 'node:tls'
import type { Simulator } from '../../simulator/start-simulator.ts'
import { temporaryDirectory } from './temporary-directory.ts'

/** A simulator under a name that only the proxy knows, with a certificate of its own authority. */
export interface TlsPortal extends AsyncDisposable {
  readonly host: string
  /** The file of the authority's certificate. */
  readonly authorityPath: string
  readonly proxyPort: number
  /** The hosts of the tunnels that the proxy opened. */
  readonly tunnels: readonly string[]
  /** The logins of all requests for a tunnel; undefined for one without. */
  readonly logins: readonly (string | undefined)[]
  /** From now on the proxy answers with this status instead of opening tunnels. */
  refuseTunnels(status: string): void
}

const host = 'api.hubapi.test'

/** `simulator` may be any server. */
export async function startTlsPortal(simulator: Pick<Simulator, 'url'>): Promise<TlsPortal> {
  const stack = new AsyncDisposableStack()
  const { path } = stack.use(await temporaryDirectory())
  made ??= makeCertificate()
  const { authority, ...certificate } = await made
  const authorityPath = join(path, 'authority.pem')
  await writeFile(authorityPath, authority)
  const { port: simulatorPort } = new URL(simulator.url)
  const secure = createTlsServer(certificate, (socket) => {
    const plain = connect(Number(simulatorPort), '127.0.0.1')
    socket.pipe(plain).pipe(socket)
    socket.on('error', () => plain.destroy())
    plain.on('error', () => socket.destroy())
  })
  const tunnels: string[] = []
  const logins: (string | undefined)[] = []
  let refusal: string | null = null
  const proxy = createServer()
  proxy.on('connect', (request, socket) => {
    logins.push(readLogin(request.headers['proxy-authorization']))
    socket.on('error', () => {})
    if (refusal !== null) {
      socket.end(`HTTP/1.1 ${refusal}\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    tunnels.push(request.url ?? '')
    const { port } = secure.address() as AddressInfo
    const tunnel = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      tunnel.pipe(socket).pipe(tunnel)
    })
    socket.on('close', () => tunnel.destroy())
    tunnel.on('close', () => socket.destroy())
    tunnel.on('error', () => socket.destroy())
  })
  await listen(secure, stack)
  const proxyPort = await listen(proxy, stack)
  return {
    host,
    authorityPath,
    proxyPort,
    tunnels,
    logins,
    refuseTunnels(status) {
      refusal = status
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

async function listen(server: Server, stack: AsyncDisposableStack): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  stack.defer(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

function readLogin(header: string | undefined): string | undefined {
  return header === undefined
    ? undefined
    : Buffer.from(header.replace('Basic ', ''), 'base64').toString()
}

interface Certificate {
  readonly key: Buffer
  readonly cert: Buffer
  /** The certificate of the authority that signed it. */
  readonly authority: Buffer
}

let made: Promise<Certificate> | undefined

/** Made in each run of the tests, because a committed one would expire. */
async function makeCertificate(): Promise<Certificate> {
  await using folder = await temporaryDirectory()
  const { path: directory } = folder
  const openssl = (command: string) => {
    execFileSync('openssl', command.split(' '), { cwd: directory, stdio: 'ignore' })
  }
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
  openssl(`req -x509 ${key} -keyout authority.key -out authority.pem -subj /CN=authority -days 2`)
  openssl(
    `req -x509 ${key} -keyout server.key -out server.pem -subj /CN=${host} -days 2 ` +
      `-addext subjectAltName=DNS:${host} -addext basicConstraints=critical,CA:FALSE ` +
      '-CA authority.pem -CAkey authority.key',
  )
  const read = (name: string) => readFileSync(join(directory, name))
  return { key: read('server.key'), cert: read('server.pem'), authority: read('authority.pem') }
}
