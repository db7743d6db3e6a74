import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

/** The machine's browser: none is downloaded. */
const browserPath: string | undefined = findBrowser()

/** The reason why browser tests cannot run here; undefined if they can. */
export const browserMissing: string | undefined =
  browserPath === undefined
    ? 'Chromium is not installed (`apt-get install chromium-headless-shell`, or CHROMIUM_PATH says where it is)'
    : undefined

if (browserMissing !== undefined) console.warn(`skipped in a browser: ${browserMissing}`)

/** Headless; the caller closes it. Check `browserMissing` first. */
export function openBrowser(): Promise<Browser> {
  if (browserPath === undefined) throw new Error(browserMissing)
  return chromium.launch({
    executablePath: browserPath,
    args: [
      // Its sandbox does not work as root, the user of containers.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      // A container's /dev/shm may be too small for a page.
      '--disable-dev-shm-usage',
      // Fewer processes: pages are ours, and tests are about what they contain.
      '--in-process-gpu',
      '--process-per-site',
      '--disable-site-isolation-trials',
    ],
  })
}

let shared: Promise<Browser> | undefined

/** The browser of all test files of a worker, which ends with it; each file closes its pages. */
export function shareBrowser(): Promise<Browser> {
  shared ??= openBrowser()
  return shared
}

let kept: Page | undefined

/**
 * The page that all tests of a worker use one after another, as a new one would be: blank, without cookies, and
 * alone in its context. A new context starts processes that cost more than all the rest of a test.
 */
export async function takePage(): Promise<Page> {
  if (kept === undefined || kept.isClosed()) {
    const browser = await shareBrowser()
    kept = await (await browser.newContext()).newPage()
  }
  const page = kept
  const context = page.context()
  for (const other of context.pages()) if (other !== page) await other.close()
  for (const event of ['console', 'pageerror', 'request']) page.removeAllListeners(event)
  await page.goto('about:blank')
  await context.clearCookies()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.setViewportSize({ width: 1280, height: 720 })
  return page
}

/** Every page but that of `takePage`, which becomes blank. */
export async function closePages(browser: Browser | undefined): Promise<void> {
  for (const context of browser?.contexts() ?? []) {
    if (context !== kept?.context()) await context.close()
  }
  if (kept !== undefined && !kept.isClosed()) await takePage()
}

/** Errors of a page that none of ours may make. */
export interface PageWatch {
  /** Errors on the console, exceptions, requests that leave the origin; one sentence each. */
  readonly problems: readonly string[]
}

/** From now on; `origin` is the dashboard's. */
export function watchPage(page: Page, origin: string): PageWatch {
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(`on the console: ${message.text()}`)
  })
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`))
  page.on('request', (request) => {
    const url = request.url()
    if (new URL(url).origin !== origin) problems.push(`asked for ${url}`)
  })
  return { problems }
}

function findBrowser(): string | undefined {
  const { CHROMIUM_PATH, PATH = '' } = process.env
  if (CHROMIUM_PATH !== undefined && CHROMIUM_PATH !== '') {
    return existsSync(CHROMIUM_PATH) ? CHROMIUM_PATH : undefined
  }
  // The same browser without windows, which needs two thirds of the time, comes first.
  const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
  const candidates = ['/usr/bin', ...PATH.split(delimiter)].flatMap((directory) =>
    names.map((name) => join(directory, name)),
  )
  return candidates.find((path) => existsSync(path))
}
