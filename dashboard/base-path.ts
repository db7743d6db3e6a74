import type { MiddlewareHandler } from 'hono'
import { getPath } from 'hono/utils/url'

/*
 * A proxy may publish the dashboard under a path such as `/hubgen`. The pages do not know it: their links and
 * redirects begin with `/`, routes are matched without the path, and the path is added when an answer leaves.
 */

/** No empty and no dotted segment, so that it never leads to another host (`//evil`) or out of the path. */
const basePath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~-]+)+$/
const mostCharacters = 200

/** `/hubgen` from what a person or a proxy wrote; "" for the root; null if it is no path. */
export function parseBasePath(text: string): string | null {
  const path = `/${text.trim().replaceAll(/^\/|\/$/g, '')}`
  if (path === '/') return ''
  return path.length <= mostCharacters && basePath.test(path) ? path : null
}

/** The path of a request as routes see it. A proxy may pass the base path on or strip it. */
export function pathWithin(configured: string): (request: Request) => string {
  return (request) => {
    const path = getPath(request)
    if (path === configured) return '/'
    return path.startsWith(`${configured}/`) ? path.slice(configured.length) : path
  }
}

/**
 * The path under which the sender of a request sees the dashboard: the configured one, otherwise that of
 * `X-Forwarded-Prefix`. The header is believed from everybody, because it only changes the answer to the request
 * that has it, no answer is cached, and other sites cannot make a browser send it.
 */
export function publicPathOf(
  { req }: { readonly req: { header(name: string): string | undefined } },
  configured: string,
): string {
  if (configured !== '') return configured
  return parseBasePath(req.header('x-forwarded-prefix') ?? '') ?? ''
}

/**
 * Adds the path to every link, form and source of a page. Foreign text cannot contain such an attribute, because its
 * quotes are escaped.
 */
export function addBasePath(html: string, path: string): string {
  if (path === '') return html
  return html.replaceAll(/( (?:href|action|formaction|src|data-live)=")\/(?!\/)/g, `$1${path}/`)
}

/** Adds the path to pages and redirects; event streams add it to the parts that they send. */
export function underBasePath(configured: string): MiddlewareHandler {
  return async (context, next) => {
    await next()
    const path = publicPathOf(context, configured)
    if (path === '') return
    const { headers } = context.res
    const location = headers.get('Location')
    if (location?.startsWith('/')) headers.set('Location', `${path}${location}`)
    if (headers.get('Content-Type')?.startsWith('text/html') !== true) return
    const body = addBasePath(await context.res.text(), path)
    context.res = new Response(body, { status: context.res.status, headers })
  }
}
