/**
 * `node --conditions=hubgen-source scripts/check-properties-folder.ts <folder>`: passes saved answers of the
 * properties endpoint, at any depth, through the whole generator: explore, generate, apply to Postgres 18
 * (and 15 if it is installed), run every report on empty and filled tables, type-check, generate again.
 * Writes only to a temporary folder. Exits with 1 when any file fails.
 */
import { existsSync, globSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { findEmbeddedBinaries } from '../runtime/postgres/server/embedded-binaries.ts'
import { startTestServer, type TestServer } from '../test/support/test-server.ts'
import { formatTable } from './format-table.ts'
import { type CheckedFile, checkFile } from './properties-folder/check-file.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined || !existsSync(folder)) {
  process.stderr.write('Name the folder with the bodies of GET /crm/properties/…/{objectType}.\n')
  process.exitCode = 1
} else {
  process.exitCode = await checkFolder(resolve(folder))
}

async function checkFolder(directory: string): Promise<number> {
  const workspace = mkdtempSync(join(tmpdir(), 'hubgen-properties-'))
  const servers = await startServers()
  const results: CheckedFile[] = []
  try {
    for (const [number, file] of globSync('**/*.json', { cwd: directory }).toSorted().entries()) {
      process.stdout.write(`${file}\n`)
      results.push(await checkFile(directory, file, join(workspace, String(number)), servers))
    }
  } finally {
    for (const server of servers.values()) {
      await server.stop()
      rmSync(server.directory, { recursive: true, force: true })
    }
    rmSync(workspace, { recursive: true, force: true })
  }
  return report(results)
}

/** By their names in the table. */
async function startServers(): Promise<ReadonlyMap<string, TestServer>> {
  const servers = new Map([
    ['PG 18', await startTestServer(await findEmbeddedBinaries(), ['--locale=C'])],
  ])
  const installed = '/usr/lib/postgresql/15/bin'
  if (existsSync(installed)) {
    const binaries = { initdb: `${installed}/initdb`, postgres: `${installed}/postgres` }
    servers.set('PG 15', await startTestServer(binaries, ['--locale=C']))
  }
  return servers
}

function report(results: readonly CheckedFile[]): number {
  process.stdout.write(`\n${formatTable(results.map(({ row }) => row))}\n\n`)
  const failed = results.filter(({ problems }) => problems.length > 0)
  for (const { row, problems } of failed) {
    process.stdout.write(`${row.file}\n${problems.map((problem) => `  - ${problem}\n`).join('')}`)
  }
  const skipped = results.filter(({ row }) => row.result !== 'ok' && row.result !== 'FAILED').length
  const passed = results.length - failed.length - skipped
  process.stdout.write(`${passed} passed, ${skipped} skipped, ${failed.length} failed\n`)
  return failed.length > 0 || passed === 0 ? 1 : 0
}
