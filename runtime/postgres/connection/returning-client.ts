import pg from 'pg'
import { CopyingClient } from './copying-client.ts'

/** Clients that call `stay` before they connect; it brings the server back and returns its port. */
export function returningClient(stay: () => Promise<number>): typeof CopyingClient {
  return class extends CopyingClient {
    override connect = ((done: (error?: Error) => void) => {
      stay().then((port) => {
        this.port = port
        Reflect.apply(pg.Client.prototype.connect, this, [done])
      }, done)
    }) as pg.Client['connect']
  }
}
