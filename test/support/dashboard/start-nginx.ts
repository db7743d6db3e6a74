import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findFreePort, untilServing } from '../find-free-port.ts'

/** nginx with Debian's settings: it buffers answers and uses HTTP/1.0 for the servers behind it. */
export interface Nginx extends AsyncDisposable {
  /** `http://localhost:40123`. */
  readonly url: string
}

const program = '/usr/sbin/nginx'

/** The reason why the tests behind nginx cannot run here; undefined if they can. */
export const nginxMissing: string | undefined = existsSync(program)
  ? undefined
  : `nginx is not installed as ${program}`

/** `locations` are the blocks of one server. Ask `nginxMissing` first. */
export async function startNginx(locations: string): Promise<Nginx> {
  const directory = await mkdtemp(join(tmpdir(), 'hubgen-test-nginx-'))
  const port = await findFreePort()
  const settings = join(directory, 'nginx.conf')
  await writeFile(settings, settingsOf(directory, port, locations))
  const args = ['-p', directory, '-c', settings, '-e', join(directory, 'error.log')]
  const child = spawn(program, args, { stdio: 'ignore' })
  await untilServing(child, port)
  return {
    url: `http://localhost:${port}`,
    async [Symbol.asyncDispose]() {
      await end(child)
      await rm(directory, { recursive: true, force: true })
    },
  }
}

function settingsOf(directory: string, port: number, locations: string): string {
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
master_process off;
pid ${directory}/nginx.pid;
events { worker_connections 512; }
http {
  access_log off;
  ${folders.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    proxy_buffering on;
${locations}
  }
}
`
}

function end(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill('SIGTERM')
  })
}
