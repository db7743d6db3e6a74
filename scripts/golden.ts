/** `npm run golden`: rewrites the expected trees under test/golden; read the diff before committing it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import {
  diffFiles,
  goldenDirectory,
  listGoldenCases,
  readExpectedFiles,
  renderGoldenCase,
} from '../test/support/golden.ts'
import { listMigrationCases, renderMigrationCase } from '../test/support/migration-cases.ts'

const { CI = '' } = process.env
if (CI !== '') {
  process.stderr.write(
    'CI does not write golden files: write them on your machine and read the diff.\n',
  )
  process.exitCode = 1
} else {
  for (const name of listGoldenCases()) update(name, renderGoldenCase(name))
  for (const one of listMigrationCases()) update(`migrations/${one.name}`, renderMigrationCase(one))
}

function update(name: string, files: ReadonlyMap<string, string>): void {
  if (diffFiles(readExpectedFiles(name), files) === '') {
    process.stdout.write(`unchanged ${name}\n`)
    return
  }
  const directory = `${goldenDirectory}/${name}/expected`
  rmSync(directory, { recursive: true, force: true })
  for (const [path, text] of files) {
    mkdirSync(dirname(`${directory}/${path}`), { recursive: true })
    writeFileSync(`${directory}/${path}`, text)
  }
  process.stdout.write(`updated   ${name}: ${files.size} files\n`)
}
