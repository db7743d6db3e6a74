import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

/** The machine's browser: none is downloaded. */
const browserPath: string | undefined = findBrowser()

/** The reason why browser tests cannot run here; undefined if they can. */
export const browserMissing: string | undefined =
  browserPath === undefined
    ? 'Chromium is not installed (`apt-get install chromium`, or CHROMIUM_PATH says where it is)'
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
    ],
  })
}

let shared: Promise<Browser> | undefined

/** The browser of all test files of a worker, which ends with it; each file closes its pages. */
export function shareBrowser(): Promise<Browser> {
  shared ??= openBrowser()
  return shared
}

export async function closePages(browser: Browser | undefined): Promise<void> {
  for (const context of browser?.contexts() ?? []) await context.close()
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
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  const candidates = ['/usr/bin', ...PATH.split(delimiter)].flatMap((directory) =>
    names.map((name) => join(directory, name)),
  )
  return candidates.find((path) => existsSync(path))
}
