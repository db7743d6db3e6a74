import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Results that all workers of a run share, each made when the first of them asks for it. */
export interface SharedResults {
  /** `askShared` asks there. */
  readonly url: string
  close(): void
}

/** Answers `/<name>` with the result of the function of that name, which is called once. */
export async function openSharedResults(
  makers: Readonly<Record<string, () => Promise<string>>>,
): Promise<SharedResults> {
  const made = new Map<string, Promise<string>>()
  const server = createServer(({ url = '' }, response) => {
    const name = url.slice(1)
    const result = made.get(name) ?? makers[name]?.() ?? Promise.reject(new Error(`no ${name}`))
    made.set(name, result)
    result.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(String(error)),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}
