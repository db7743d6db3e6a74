import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import { copyDatabase, type TestDatabase } from './postgres.ts'
import { openProject, type Project } from './project.ts'

const records = { deals: 20 }
let generated: Promise<ReadonlyMap<string, string>> | undefined

/** A project whose deals were explored and generated, with a portal of its own. */
export async function openGeneratedDeals(): Promise<Project> {
  generated ??= generateDeals()
  const files = await generated
  const project = await openProject({ records })
  for (const [path, text] of files) await project.write(path, text)
  return project
}

/** A database that `hubgen migrate` has brought to the files of `openGeneratedDeals`. */
export function copyMigratedDeals(): Promise<TestDatabase> {
  return copyDatabase('migrated deals', async ({ url }) => {
    await using project = await openGeneratedDeals()
    project.environment['DATABASE_URL'] = url
    await succeed(project, 'migrate')
  })
}

/** The files by path, which all tests of a worker copy. */
async function generateDeals(): Promise<ReadonlyMap<string, string>> {
  await using project = await openProject({ records })
  for (const command of ['explore', 'generate']) await succeed(project, command, 'deals')
  const found = await readdir(join(project.directory, 'generated'), {
    recursive: true,
    withFileTypes: true,
  })
  const paths = found.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name))
  return new Map(
    await Promise.all(
      paths.map(async (path) => {
        const text = await readFile(path, 'utf8')
        return [path.slice(project.directory.length + 1), text] as const
      }),
    ),
  )
}

async function succeed(project: Project, ...args: readonly string[]): Promise<void> {
  const { exitCode, err } = await project.hubgen(...args)
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' })
}
