import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { type Environment, loadEnvironment, logDirectory } from '../../../runtime/environment.ts'
import { checkNode } from '../check-node.ts'
import { type Finding, finding, findingOf, type Section } from './finding.ts'

const mebibyte = 1_048_576
/** Room for a day of logs and the embedded database's write-ahead log. */
const scarceBytes = 1_024 * mebibyte
/** Postgres allocates files of 16 MiB. */
const tooLittleBytes = 100 * mebibyte

/** Checks the version of Node and the free space for the files that hubgen writes. */
export async function examineMachine(
  workingDirectory: string,
  nodeVersion: string = process.versions.node,
): Promise<Section> {
  const old = checkNode(nodeVersion)
  const node =
    old === undefined ? finding('node', 'ok', `Node ${nodeVersion}`) : findingOf('node', old)
  const disk = await examineDisk(join(workingDirectory, '.hubgen'))
  const logs = await examineLogs(logDirectory(workingDirectory, readEnvironment(workingDirectory)))
  return { title: 'This machine', findings: [node, disk, logs] }
}

/** An unusable `.env` is reported with the settings. */
function readEnvironment(workingDirectory: string): Environment {
  try {
    return loadEnvironment(workingDirectory)
  } catch {
    return process.env
  }
}

async function examineDisk(folder: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestFolder(folder))
  return judgeSpace(bavail * bsize)
}

/**
 * Judges the amount of free space.
 * @internal Exported for tests.
 */
export function judgeSpace(freeBytes: number): Finding {
  const free = `${describeBytes(freeBytes)} free for logs and the embedded database`
  if (freeBytes >= scarceBytes) return finding('disk', 'ok', free)
  const state = freeBytes < tooLittleBytes ? 'failed' : 'warning'
  return finding('disk', state, `only ${free}`, {
    at: '.hubgen',
    fix: 'free space on that disk; you may delete logs in .hubgen/logs',
  })
}

function describeBytes(bytes: number): string {
  const mebibytes = Math.floor(bytes / mebibyte)
  return mebibytes < 10_240 ? `${mebibytes} MiB` : `${Math.floor(mebibytes / 1_024)} GiB`
}

/** A sync works without logs. */
async function examineLogs(folder: string | null): Promise<Finding> {
  if (folder === null) return finding('logs', 'ok', 'runs write no logs: HUBGEN_LOGS is `off`')
  const there = await nearestFolder(folder)
  const at = relative('', there) || '.'
  if (!(await stat(there)).isDirectory()) {
    const found = 'logs cannot be written: a file has the name of the log folder'
    const fix = 'move that file away; hubgen creates the folder'
    return finding('logs', 'warning', found, { at, fix })
  }
  try {
    await access(there, constants.W_OK | constants.X_OK)
  } catch {
    return finding('logs', 'warning', 'logs cannot be written: this user may not write there', {
      at,
      fix: 'give this user write access (`chown`, `chmod`), or set HUBGEN_LOGS to another folder or to `off`',
    })
  }
  return finding('logs', 'ok', 'logs can be written')
}

/** The path itself, or its nearest existing ancestor. */
async function nearestFolder(path: string): Promise<string> {
  try {
    await stat(path)
    return path
  } catch (error) {
    const parent = dirname(path)
    if (parent === path) throw error
    return nearestFolder(parent)
  }
}
