import { ChildProcess } from 'node:child_process'
import { Server, Socket } from 'node:net'

/** Every way to reach something outside this process: a listening server, a connection, another program. */
for (const [owner, way] of [
  [Server.prototype, 'listen'],
  [Socket.prototype, 'connect'],
  [ChildProcess.prototype, 'spawn'],
] as const) {
  Object.defineProperty(owner, way, {
    value: () => {
      throw new Error(
        `a test of the project \`pure\` called \`${way}\`: import what opens it in the test or in test/support, ` +
          'so that splitTests (test/architecture) puts the test into `database`',
      )
    },
  })
}
