import type { ChildProcess } from 'node:child_process'
import { connect, createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** For programs that cannot choose a port themselves. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}

const pollMs = 10

/** Resolves once the program takes connections; rejects if it ends before. */
export async function untilServing(program: ChildProcess, port: number): Promise<void> {
  while (!(await takesConnections(port))) {
    if (program.exitCode !== null) {
      throw new Error(`${program.spawnfile} ended with ${program.exitCode}`)
    }
    await delay(pollMs)
  }
}

function takesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
