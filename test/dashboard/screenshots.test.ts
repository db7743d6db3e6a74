import { globSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { fileOf, screens, shots } from '../../scripts/screenshots/shot-list.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const document = readFileSync(`${root}docs/dashboard.md`, 'utf8')
const files = readdirSync(`${root}docs/screenshots`)

/** Routes for programs, and routes whose pages have other routes' pictures. */
const withoutPage = new Set(['/healthz', '/metrics', '/assets/:name', '/live', '/live/:entity'])

/** Width and height from a PNG's header. */
function sizeOf(file: string): { width: number; height: number } {
  const bytes = readFileSync(`${root}docs/screenshots/${file}`)
  expect(bytes.subarray(1, 4).toString()).toBe('PNG')
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

test('every page of the dashboard has its pictures', () => {
  const sources = globSync('dashboard/*.ts', { cwd: root }).map((path) =>
    readFileSync(`${root}${path}`, 'utf8'),
  )
  const routes = sources
    .flatMap((text) => [...text.matchAll(/app\.get\('([^']+)'/g)].map(([, route = '']) => route))
    .filter((route) => !withoutPage.has(route))
  expect(routes.length).toBeGreaterThan(7)
  expect([...new Set(shots.map(({ route }) => route))].sort()).toEqual(routes.sort())
})

describe('docs/screenshots', () => {
  test('has exactly what `npm run screenshots` makes', () => {
    const made = shots.flatMap((shot) =>
      (['desktop', 'phone'] as const).flatMap((screen) =>
        shot.schemes.map((scheme) => fileOf(shot, screen, scheme)),
      ),
    )
    expect(files.sort()).toEqual(made.sort())
  })

  test.each(files)('%s is as wide as its screen and not endless', (file) => {
    const screen = file.includes('-phone') ? screens.phone : screens.desktop
    const { width, height } = sizeOf(file)
    expect(width).toBe(screen.width)
    expect(height).toBeGreaterThanOrEqual(screen.height)
    expect(height).toBeLessThanOrEqual(screen.mostHeight)
  })
})

test('docs/dashboard.md shows every page, each of which is there for desktop and phone', () => {
  const named = [...document.matchAll(/\]\(screenshots\/([\w-]+)-desktop\.png\)/g)].map(
    ([, name = '']) => name,
  )
  expect(named.toSorted()).toEqual(shots.map(({ name }) => name).toSorted())
  for (const name of named) {
    expect(files).toContain(`${name}-desktop.png`)
    expect(files).toContain(`${name}-phone.png`)
  }
})
