/**
 * `npm run screenshots`: takes pictures of every page of the dashboard, on a desktop and on a phone, into
 * `docs/screenshots`. Times, ids and durations differ each time: run it when pages have changed, not to find
 * out whether they have.
 */
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import type { Browser, Page } from 'playwright-core'
import { browserMissing, openBrowser } from '../test/support/dashboard/browser.ts'
import { startDatabaseProxy } from '../test/support/database-proxy.ts'
import type { NodeProcess } from '../test/support/node-process.ts'
import {
  askForEverything,
  untilBarMoves,
  untilOutcome,
  untilState,
} from '../test/support/watch-run.ts'
import {
  errorShot,
  fileOf,
  loginShot,
  runningShots,
  runShot,
  type Screen,
  type Shot,
  screens,
  stillShots,
  troubleShots,
} from './screenshots/shot-list.ts'
import { openShownPortal, type ShownPortal } from './screenshots/shown-portal.ts'

const folder = fileURLToPath(new URL('../docs/screenshots', import.meta.url))

if (browserMissing !== undefined) {
  process.stderr.write(`${browserMissing}\n`)
  process.exit(1)
}
await using portal = await openShownPortal(say)
await using browser = await openBrowser()
await mkdir(folder, { recursive: true })
for (const name of await readdir(folder)) await rm(join(folder, name))

const unfilled = await serve(portal)
await takeAll(browser, unfilled.url, troubleShots.never)
await end(unfilled.process)
await portal.fill()
const dashboard = await serve(portal)
for (const shot of stillShots) await takeAll(browser, dashboard.url, shot)
await takeRunning(browser, dashboard.url, portal)
await end(dashboard.process)
const guarded = await serve(portal, { HUBGEN_DASHBOARD_TOKEN: 'a-token-for-screenshots' })
await takeAll(browser, guarded.url, loginShot)
await end(guarded.process)
const mistaken = await serve(portal, { HUBSPOT_API_TOKEN: 'pat-eu1-of-nobody' })
await takeAll(browser, mistaken.url, errorShot, (page) =>
  page.getByRole('button', { name: 'Compare now' }).click(),
)
await end(mistaken.process)
await takeTrouble(browser, portal)
say(`pictures are in ${folder}`)

/** Takes both screens; `prepare` brings the page into the wanted state. */
async function takeAll(
  from: Browser,
  origin: string,
  shot: Shot,
  prepare: (page: Page) => Promise<void> = async () => {},
): Promise<void> {
  for (const screen of ['desktop', 'phone'] as const) {
    for (const colorScheme of shot.schemes) {
      const { width, height } = screens[screen]
      const context = await from.newContext({
        viewport: { width, height },
        colorScheme,
        isMobile: screen === 'phone',
      })
      const page = await context.newPage()
      await page.goto(`${origin}${shot.path}`)
      await prepare(page)
      await take(page, shot, screen, colorScheme)
      await context.close()
    }
  }
}

async function take(
  page: Page,
  shot: Shot,
  screen: Screen,
  scheme: Shot['schemes'][number],
): Promise<void> {
  if ((await page.locator('body[data-live]').count()) > 0) {
    await page.locator('#connection', { hasText: 'live' }).waitFor()
  }
  const { width, height, mostHeight } = screens[screen]
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight')
  const file = fileOf(shot, screen, scheme)
  await page.screenshot({
    path: join(folder, file),
    fullPage: true,
    clip: { x: 0, y: 0, width, height: Math.min(Math.max(whole, height), mostHeight) },
  })
  say(file)
}

/** Holds a run while its pictures are taken. */
async function takeRunning(from: Browser, origin: string, shown: ShownPortal): Promise<void> {
  const { gate, database } = shown
  const page = await from.newPage()
  await page.goto(`${origin}/entities/contacts`)
  gate.shut()
  gate.let(6)
  await askForEverything(page)
  await page.locator('#confirm').click()
  await untilState(page, 'running')
  // Pictures must not name the machine that they were taken on.
  await sql`UPDATE hubgen.lease SET holder = 'sync-1, process 4711'`.execute(database.kysely)
  let bar = await untilBarMoves(page, -1)
  for (const pages of [2, 4, 3, 5, 4]) {
    gate.let(pages)
    bar = await untilBarMoves(page, bar)
  }
  await page.getByText('sync-1, process 4711').waitFor()
  for (const shot of runningShots) await takeAll(from, origin, shot)
  gate.open()
  await untilOutcome(page, 'succeeded')
  const run = await page.locator('#history tbody a').first().innerText()
  await takeAll(from, origin, { ...runShot, path: `${runShot.path}${run}` })
  await page.close()
}

/** A lost property, a rejected token, and a database that goes away after its page was seen. */
async function takeTrouble(from: Browser, shown: ShownPortal): Promise<void> {
  await using proxy = await startDatabaseProxy(shown.database.url())
  const served = await serve(shown, { DATABASE_URL: proxy.url })
  shown.loseProperty()
  await shown.type(['sync', 'deals', '--full'])
  await takeAll(from, served.url, troubleShots.lost)
  await shown.type(['sync', '--all'], { HUBSPOT_API_TOKEN: 'pat-eu1-of-nobody' })
  await takeAll(from, served.url, troubleShots.token)
  proxy.cut()
  await takeAll(from, served.url, troubleShots.away)
  await end(served.process)
}

async function serve(
  shown: ShownPortal,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ readonly url: string; readonly process: NodeProcess }> {
  const started = shown.start(['dashboard', '--json', '--port', '0'], environment)
  await started.says(/\n/)
  const { url } = JSON.parse(started.output()) as { url: string }
  return { url, process: started }
}

async function end(started: NodeProcess): Promise<void> {
  started.kill('SIGTERM')
  await started.ended
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
