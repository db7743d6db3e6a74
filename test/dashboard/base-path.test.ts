import { Hono } from 'hono'
import { html } from 'hono/html'
import { describe, expect, test } from 'vitest'
import {
  addBasePath,
  parseBasePath,
  pathWithin,
  publicPathOf,
  underBasePath,
} from '../../dashboard/base-path.ts'
import { readSourceFiles } from '../architecture/source-files.ts'

describe('a base path', () => {
  test.each([
    ['/', ''],
    ['', ''],
    ['/hubgen', '/hubgen'],
    ['/hubgen/', '/hubgen'],
    ['hubgen', '/hubgen'],
    [' /tools/hubgen-2.0_a~b ', '/tools/hubgen-2.0_a~b'],
  ])('%j is %j', (text, path) => {
    expect(parseBasePath(text)).toBe(path)
  })

  test.each([
    '//evil.example',
    '/\\evil.example',
    '///',
    '/a//b',
    '/..',
    '/a/../b',
    '/.',
    'https://evil.example',
    '/a"><script>',
    "/a'b",
    '/a b',
    '/a?b',
    '/a#b',
    '/a%2f',
    '/a\r\nSet-Cookie: x',
    '/a, /b',
    `/${'x'.repeat(200)}`,
  ])('%j is none', (text) => {
    expect(parseBasePath(text)).toBeNull()
  })
})

test('every link of a page gets the path, and no foreign text does', async () => {
  const foreign = '" href="/x'
  const page =
    await html`<a href="/drift">${foreign}</a><form action="/login"><input value="/x" title="${foreign}"></form><script src="/assets/live.js"></script><body data-live="/live"><a href="https://example.com/">x</a><a href="#content">x</a>`
  expect(addBasePath(String(page), '/hubgen')).toBe(
    String(page)
      .replace('<a href="/', '<a href="/hubgen/')
      .replace('action="/', 'action="/hubgen/')
      .replace('src="/', 'src="/hubgen/')
      .replace('data-live="/', 'data-live="/hubgen/'),
  )
  expect(addBasePath(String(page), '')).toBe(String(page))
})

describe('an app', () => {
  function open(configured: string) {
    const app = new Hono({ getPath: pathWithin(configured) })
    app.use(underBasePath(configured))
    app.get('/', (context) => context.html('<a href="/next">next</a>'))
    app.get('/next', (context) => context.redirect('/', 303))
    app.get('/away', (context) => context.redirect('https://example.com/', 303))
    app.get('/text', (context) => context.text(' href="/next"'))
    app.get('/path', (context) => context.text(publicPathOf(context, configured)))
    return async (path: string, headers: Readonly<Record<string, string>> = {}) => {
      const answer = await app.request(path, { headers })
      return [answer.status, answer.headers.get('location') ?? (await answer.text())]
    }
  }

  test('takes the path of X-Forwarded-Prefix, unless it leads to another host', async () => {
    const ask = open('')
    const proxied = { 'X-Forwarded-Prefix': '/hubgen' }
    expect(await ask('/', proxied)).toEqual([200, '<a href="/hubgen/next">next</a>'])
    expect(await ask('/next', proxied)).toEqual([303, '/hubgen/'])
    expect(await ask('/away', proxied)).toEqual([303, 'https://example.com/'])
    expect(await ask('/text', proxied)).toEqual([200, ' href="/next"'])
    for (const prefix of ['//evil.example', '/\\evil', '/"><script>alert(1)</script>', '/..']) {
      const headers = { 'X-Forwarded-Prefix': prefix }
      expect(await ask('/', headers)).toEqual([200, '<a href="/next">next</a>'])
      expect(await ask('/next', headers)).toEqual([303, '/'])
    }
  })

  test('serves a configured path whether or not the proxy strips it', async () => {
    const ask = open('/tools/hubgen')
    for (const path of ['/', '/tools/hubgen', '/tools/hubgen/']) {
      expect(await ask(path)).toEqual([200, '<a href="/tools/hubgen/next">next</a>'])
    }
    expect(await ask('/tools/hubgen/next')).toEqual([303, '/tools/hubgen/'])
    expect(await ask('/tools/hubgennext')).toEqual([404, '404 Not Found'])
    // The configured path is certain.
    expect(await ask('/path', { 'X-Forwarded-Prefix': '/other' })).toEqual([200, '/tools/hubgen'])
  })
})

test('pages write links in a form that gets the path', () => {
  const pages = readSourceFiles().filter(({ path }) => path.startsWith('dashboard/'))
  expect(pages.length).toBeGreaterThan(10)
  const missed = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\b(?:href|action|formaction|src|data-live)=(?!")[^\s>]{0,40}/g)].map(
      ([found]) => `${path}: ${found}`,
    ),
  )
  expect(missed, 'write `href="/drift"`: dashboard/base-path.ts adds the base path').toEqual([])
})
