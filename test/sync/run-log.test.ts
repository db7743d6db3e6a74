import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../runtime/postgres/connection/database.ts'
import { readDatabaseSettings } from '../../runtime/postgres/connection/settings.ts'
import type { Notice } from '../../runtime/sync/events.ts'
import type { SyncOptions } from '../../runtime/sync/sync-options.ts'
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

  it('is one notice, and the run ends right: full from the start', async () => {
    fill()
    const { report, notices } = await syncWithNotices({ directory: disk.path })
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    expect(notices).toEqual([
      expect.objectContaining({
        code: 'LOG_WRITE_FAILED',
        message: expect.stringContaining('(ENOSPC)'),
        fix: expect.stringContaining('HUBGEN_LOGS'),
      }),
    ])
    expect(await portal.count()).toBe(report.read)
    const [noted] = await portal.database.query<{ code: string }>(
      `SELECT body ->> 'code' AS code FROM hubgen.event WHERE type = 'notice'`,
    )
    expect(noted?.code).toBe('LOG_WRITE_FAILED')
  })

  it('is one notice, and the run ends right: full on the way', async () => {
    const { report, notices } = await syncWithNotices({
      directory: disk.path,
      batchRows: 10,
      onEvent: (event) => {
        if (event.type === 'batch_written' && event.batch === 1) fill()
      },
    })
    expect(report).toMatchObject({ outcome: 'succeeded', error: null })
    expect(notices.map(({ code }) => code)).toEqual(['LOG_WRITE_FAILED'])
    expect(await portal.count()).toBe(report.read)
    const begun = readLog(disk.path).json.filter(({ type }) => type === 'batch_started').length
    expect(begun).toBeLessThan(35)
  })
})

describe('without a log', () => {
  it('a folder that is a file is one notice', async () => {
    await using directory = await temporaryDirectory()
    mkdirSync(join(directory.path, '.hubgen'))
    writeFileSync(join(directory.path, '.hubgen', 'logs'), '')
    const { report, notices } = await syncWithNotices({ directory: directory.path })
    expect(report).toMatchObject({ outcome: 'succeeded', logFile: null })
    expect(notices.map(({ code }) => code)).toEqual(['LOG_WRITE_FAILED'])
  })

  it('HUBGEN_LOGS=off writes nothing and notices nothing', async () => {
    await using directory = await temporaryDirectory()
    vi.stubEnv('HUBGEN_LOGS', 'off')
    const { report, notices } = await syncWithNotices({ directory: directory.path })
    vi.unstubAllEnvs()
    expect(report).toMatchObject({ outcome: 'succeeded', logFile: null })
    expect(notices).toEqual([])
    expect(readdirSync(directory.path)).toEqual([])
  })

  it('HUBGEN_LOGS names another folder', async () => {
    await using directory = await temporaryDirectory()
    vi.stubEnv('HUBGEN_LOGS', 'elsewhere/logs')
    const { report } = await syncWithNotices({ directory: directory.path })
    vi.unstubAllEnvs()
    expect(report.logFile).toContain(join(directory.path, 'elsewhere/logs/hubspot_tickets_sync_'))
    expect(readdirSync(directory.path)).toEqual(['elsewhere'])
  })
})

async function syncWithNotices(options: SyncOptions) {
  const notices: Notice[] = []
  const report = await portal.sync({
    ...options,
    onEvent: (event) => {
      // This portal has no tables of owners.
      if (event.type === 'notice' && event.code !== 'OWNERS_TABLE_MISSING') notices.push(event)
      options.onEvent?.(event)
    },
  })
  return { report, notices }
}
