import type { MiddlewareHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'

/** No link of a page is as long. */
const mostCharacters = 2_000

/**
 * Refuses addresses that are no text, are too long, or contain NUL, which no text in Postgres contains, so that routes can
 * pass on every part. Lone surrogates are no text in UTF-8.
 */
export function onlyReadableAddresses(): MiddlewareHandler {
  return async (context, next) => {
    const { pathname, search } = new URL(context.req.url)
    const address = decode(pathname + search)
    if (address === null || address.includes('\0') || address.length > mostCharacters) {
      throw new HTTPException(400, { message: 'This address is no text, or too long.' })
    }
    if (context.req.header('content-type')?.startsWith('multipart/')) {
      throw new HTTPException(415, { message: 'Send forms as application/x-www-form-urlencoded.' })
    }
    await next()
  }
}

function decode(address: string): string | null {
  try {
    return decodeURIComponent(address)
  } catch {
    return null
  }
}
