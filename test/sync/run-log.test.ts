import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import { openSyncPortal, type SyncPortal } from '../support/sync-portal.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

let portal: SyncPortal

beforeAll(async () => {
  portal = await openSyncPortal('tickets', { records: { tickets: 350 } })
})

beforeEach(async () => {
  portal.simulator.faults.clear()
  await portal.database.query('TRUNCATE hubspot.ticket, hubgen.run, hubgen.quarantine CASCADE')
})

afterAll(() => portal[Symbol.asyncDispose]())

interface LogFiles {
  readonly names: readonly string[]
  readonly text: readonly string[]
  readonly json: readonly Record<string, unknown>[]
}

function readLog(directory: string): LogFiles {
  const logs = join(directory, '.hubgen', 'logs')
  const names = readdirSync(logs).sort()
  const linesOf = (ending: string) => {
    const name = names.findLast((one) => one.endsWith(ending)) ?? ''
    return readFileSync(join(logs, name), 'utf8').split('\n').slice(0, -1)
  }
  return {
    names,
    text: linesOf('.txt'),
    json: linesOf('.jsonl').map((line) => JSON.parse(line)),
  }
}

describe('the log of a run', () => {
  it('is one readable file and one of JSON lines, which agree line by line', async () => {
    await using directory = await temporaryDirectory()
    portal.simulator.faults.add({ kind: 'html_502', route: 'list', after: 1 })
    const report = await portal.sync({ directory: directory.path, batchRows: 100 })
    const { names, text, json } = readLog(directory.path)
    expect(names).toHaveLength(2)
    expect(names[1]).toMatch(
      /^hubspot_tickets_sync_log_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z\.txt$/,
    )
    expect(names[0]).toBe(names[1]?.replace('.txt', '.jsonl'))
    expect(report.logFile).toBe(join(directory.path, '.hubgen', 'logs', names[1] ?? ''))
    expect(text).toEqual(json.map(({ at, text: line }) => `${at} ${line}`))
  })

  it('covers the run from its beginning to its end', async () => {
    await using directory = await temporaryDirectory()
    portal.simulator.faults.add({ kind: 'html_502', route: 'list', after: 1 })
    const report = await portal.sync({ directory: directory.path, batchRows: 100 })
    const { json } = readLog(directory.path)
    const types = json.map(({ type }) => type)
    expect(types.slice(0, 2)).toEqual(['run_requested', 'run_started'])
    expect(types.at(-1)).toBe('run_finished')
    expect(types.filter((type) => type === 'batch_written')).toHaveLength(report.batches)
    expect(types.filter((type) => type === 'retry')).toHaveLength(1)
    expect(types.filter((type) => type === 'value_rejected')).toHaveLength(report.rejectedValues)
    expect(types).not.toContain('page_read')
    expect(json.at(-1)).toMatchObject({ level: 'info', report: { outcome: 'succeeded' } })
  })

  const levels = ['error', 'warn', 'info', 'debug'] as const

  it.each([
    ['error', ['error']],
    ['warn', ['error', 'warn']],
    ['info', ['error', 'warn', 'info']],
    ['debug', levels],
  ] as const)('has at level %s what is of %j, in both files', async (logLevel, expected) => {
    await using directory = await temporaryDirectory()
    portal.simulator.faults.add({ kind: 'html_502', route: 'list', after: 1 })
    portal.simulator.faults.add({ kind: 'expired_401', route: 'list', after: 3, times: 9 })
    await portal.sync({ directory: directory.path, batchRows: 100, logLevel })
    const { text, json } = readLog(directory.path)
    const found = new Set(json.map(({ level }) => level))
    expect(levels.filter((level) => found.has(level))).toEqual(expected)
    expect(text).toEqual(json.map(({ at, text: line }) => `${at} ${line}`))
    expect(json.some(({ type }) => type === 'page_read')).toBe(logLevel === 'debug')
  })

  it('has the level of HUBGEN_LOG_LEVEL unless the caller gives one', async () => {
    await using directory = await temporaryDirectory()
    process.env['HUBGEN_LOG_LEVEL'] = ' Error '
    try {
      await portal.sync({ directory: directory.path })
      expect(readLog(directory.path).text).toEqual([])
      await portal.sync({ directory: directory.path, logLevel: 'info' })
      expect(readLog(directory.path).text.length).toBeGreaterThan(2)
      process.env['HUBGEN_LOG_LEVEL'] = 'loud'
      await expect(portal.sync()).rejects.toMatchObject({
        code: 'USAGE',
        message: expect.stringContaining('`HUBGEN_LOG_LEVEL`'),
      })
    } finally {
      delete process.env['HUBGEN_LOG_LEVEL']
    }
  })

  it('names the records of a batch before the batch is written', async () => {
    await using directory = await temporaryDirectory()
    const seen: boolean[] = []
    await portal.sync({
      directory: directory.path,
      batchRows: 100,
      onEvent: ({ type }) => {
        if (type === 'batch_started')
          seen.push(readLog(directory.path).text.at(-1)?.includes('writing') === true)
      },
    })
    expect(seen).toEqual([true, true, true, true])
  })

  it('is there for a run that could not begin', async () => {
    await using directory = await temporaryDirectory()
    const { url: baseUrl } = portal.simulator
    const hubspot = { baseUrl, token: 'pat-na1-wrong', apiVersion: '2026-09' }
    await expect(portal.sync({ directory: directory.path, hubspot })).rejects.toThrow()
    const { json, text } = readLog(directory.path)
    expect(json.at(-1)).toMatchObject({ type: 'run_not_started', code: 'TOKEN_REJECTED' })
    expect(text).toHaveLength(2)
  })

  it('holds no value, no token and no password', async () => {
    await using directory = await temporaryDirectory()
    const role = `role_${portal.database.name}`
    await portal.database.query(
      `CREATE ROLE ${role} SUPERUSER LOGIN PASSWORD 'correct-horse-battery'`,
    )
    const url = new URL(portal.database.url)
    url.username = role
    url.password = 'correct-horse-battery'
    const database = await openDatabase(
      readDatabaseSettings({ DATABASE_URL: url.href }, directory.path),
    )
    portal.simulator.faults.add({ kind: 'expired_401', route: 'list', after: 2, times: 9 })
    const report = await portal.sync({ directory: directory.path, batchRows: 100, database })
    await database.close()
    await portal.database.query(`DROP ROLE ${role}`)
    expect(report.outcome).toBe('partial')
    const { names } = readLog(directory.path)
    const written = names
      .map((name) => readFileSync(join(directory.path, '.hubgen', 'logs', name), 'utf8'))
      .join('\n')
    const said = JSON.stringify([portal.events, report, report.error?.message, report.error?.fix])
    const runs = JSON.stringify(await portal.database.query('SELECT * FROM hubgen.run'))
    const rejects = await portal.database.query<{ raw_value: string }>(
      'SELECT raw_value FROM hubgen.quarantine WHERE length(raw_value) > 4',
    )
    const subjects = await portal.database.query<{ property_subject: string }>(
      'SELECT property_subject FROM hubspot.ticket WHERE length(property_subject) > 8',
    )
    const secrets = [
      portal.simulator.token,
      url.password,
      ...rejects.map(({ raw_value }) => raw_value),
      ...subjects.map(({ property_subject }) => property_subject),
    ]
    expect(secrets.length).toBeGreaterThan(100)
    for (const secret of secrets) {
      expect(written).not.toContain(secret)
      expect(said).not.toContain(secret)
      expect(runs).not.toContain(secret)
    }
  })
})

function mountSmallDisk(path: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', path], { stdio: 'ignore' })
}

/** Only root on Linux may mount a disk, and not even root in some containers. */
const smallDiskMissing = await temporaryDirectory().then(async (directory) => {
  try {
    mountSmallDisk(directory.path)
    execFileSync('umount', [directory.path])
    return false
  } catch {
    return true
  } finally {
    await directory[Symbol.asyncDispose]()
  }
})

describe.skipIf(smallDiskMissing)('a full disk (needs the right to mount a small one)', () => {
  let disk: Awaited<ReturnType<typeof temporaryDirectory>>

  beforeEach(async () => {
    disk = await temporaryDirectory()
    mountSmallDisk(disk.path)
    mkdirSync(join(disk.path, '.hubgen', 'logs'), { recursive: true })
    return async () => {
      execFileSync('umount', [disk.path])
      await disk[Symbol.asyncDispose]()
    }
  })

  function fill(): void {
    const { bavail, bsize } = statfsSync(disk.path)
    writeFileSync(join(disk.path, 'filler'), Buffer.alloc(bavail * bsize))
  }

  it('stops a run before anything is changed', async () => {
    fill()
    await expect(portal.sync({ directory: disk.path })).rejects.toMatchObject({
      code: 'LOG_WRITE_FAILED',
      at: expect.stringContaining('hubspot_tickets_sync_log_'),
    })
    expect(await portal.count()).toBe(0)
    expect(await portal.database.query('SELECT FROM hubgen.run')).toEqual([])
  })

  it('stops a run on the way before the batch that could not be logged', async () => {
    const report = await portal.sync({
      directory: disk.path,
      batchRows: 10,
      onEvent: (event) => {
        if (event.type === 'batch_written' && event.batch === 1) fill()
      },
    })
    expect(report).toMatchObject({ outcome: 'partial', error: { code: 'LOG_WRITE_FAILED' } })
    const { json } = readLog(disk.path)
    const begun = json.filter(({ type }) => type === 'batch_started').length
    expect(begun).toBeLessThan(35)
    expect(await portal.count()).toBeLessThanOrEqual(begun * 10)
    expect(await portal.count()).toBe(report.inserted)
    expect(await portal.database.query('SELECT outcome FROM hubgen.run')).toEqual([
      { outcome: 'partial' },
    ])
  })
})
