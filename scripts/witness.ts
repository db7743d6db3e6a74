/**
 * `npm run witness [folder]`: creates the committed tables in a scratch Postgres, lets kysely-codegen read
 * them back, and prints the differences from each `table.ts`. Exits with 1 if there are any.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../runtime/postgres/connection/database.ts'
import { witnessFolder } from './witness/witness-folder.ts'

const scratch = mkdtempSync(join(tmpdir(), 'hubgen-witness-'))
try {
  await using database = await openDatabase({ kind: 'embedded', directory: scratch })
  for (const { entity, columns, differences } of await witnessFolder(
    process.argv[2] ?? 'generated',
    database,
  )) {
    process.stdout.write(`${entity}: ${columns} columns, ${differences.length} differences\n`)
    for (const difference of differences) process.stdout.write(`  ${difference}\n`)
    if (differences.length > 0) process.exitCode = 1
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
