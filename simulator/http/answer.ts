/** The answer of a route, before faults and compression. */
export interface Answer {
  readonly status: number
  /** Empty for 204 and for the 404s that HubSpot sends without a body. */
  readonly body: string | Buffer
  /** Absent if there is no body. */
  readonly contentType?: string
  readonly headers?: Readonly<Record<string, string>>
}

const jsonContentType = 'application/json;charset=utf-8'
export const htmlContentType = 'text/html; charset=UTF-8'

export function jsonAnswer(value: unknown, status = 200): Answer {
  return renderedAnswer(JSON.stringify(value), status)
}

/**
 * For bodies that are assembled as text, because building objects for pages of wide records would be too
 * slow.
 */
export function renderedAnswer(body: string | Buffer, status = 200): Answer {
  return { status, body, contentType: jsonContentType }
}

export const noContentAnswer: Answer = { status: 204, body: '' }

export function htmlAnswer(status: number, title: string): Answer {
  const body = `<!DOCTYPE html>
<html lang="en-US">
<head><title>api.hubapi.com | ${title}</title></head>
<body><h1>${title}</h1><p>cloudflare</p></body>
</html>
`
  return { status, body, contentType: htmlContentType }
}
