import { html } from 'hono/html'
import { type Html, nothing } from '../words.ts'
import { colourOf, type Place, renderPlace } from './place.ts'

/** The frame of every page. */
export interface Frame {
  readonly title: string
  /** The path of the current tab. */
  readonly section: string
  /** The path of the live updates; null for a static page. */
  readonly live: string | null
  /** Whether there is a session to end. */
  readonly session: 'token' | 'none'
  /** Whether the page of all portals is above these pages. */
  readonly above: 'portals' | 'none'
  readonly place: Place
  /** The banner while the database is away, over a page as it was; null while it answers. */
  readonly away: Html | null
  readonly body: Html
}

const sections: readonly (readonly [path: string, name: string])[] = [
  ['/', 'Overview'],
  ['/quality', 'Quality'],
  ['/quarantine', 'Quarantine'],
  ['/drift', 'Drift'],
]

/** The browser then asks again, also without scripts. */
const awaySeconds = 10

export function renderPage({
  title,
  section,
  live,
  session,
  above,
  place,
  away,
  body,
}: Frame): Html {
  const source = live === null ? nothing : html` data-live="${live}"`
  return html`<!doctype html>
<html lang="en">
<head>
${renderHead(title)}
${away === null ? nothing : html`<meta http-equiv="refresh" content="${awaySeconds}">`}
<script src="/assets/live.js" defer></script>
</head>
<body${source}>
<a class="skip" href="#content">Skip to the content</a>
<header class="frame ${colourOf(place.environment)}"><div class="top">
<a class="brand" href="/">hubgen</a>
${above === 'portals' ? allPortals : nothing}
<nav aria-label="Pages">${sections.map((one) => renderTab(one, section))}</nav>
<span class="connection" id="connection" role="status"></span>
${session === 'token' ? logOut : nothing}
</div>
${renderPlace(place)}
</header>
<main id="content" tabindex="-1">
<div id="away">${away ?? nothing}</div>
<div id="shown"${away === null ? nothing : html` class="away" inert`}>
${body}
</div>
</main>
</body>
</html>
`
}

export function renderHead(title: string): Html {
  return html`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · hubgen</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/style.css">`
}

function renderTab([path, name]: readonly [string, string], section: string): Html {
  return path === section
    ? html`<a href="${path}" aria-current="page">${name}</a>`
    : html`<a href="${path}">${name}</a>`
}

/** These pages are below `/p/<name>`, which every link gets; this one leads out of it. */
const allPortals = html`<a href="/../../portals">All portals</a>`

export const logOut = html`<form method="post" action="/logout"><button class="quiet">Log out</button></form>`

/** A message above the page's own content. */
export interface Message {
  readonly tone: 'good' | 'bad' | 'info'
  readonly text: string
  /** Output of a program, shown unchanged. */
  readonly output?: string
}

export function renderMessage(message: Message | null): Html {
  if (message === null) return nothing
  const role = message.tone === 'bad' ? 'alert' : 'status'
  const output =
    message.output === undefined ? nothing : html`<pre tabindex="0">${message.output}</pre>`
  return html`<div class="message ${message.tone}" role="${role}"><p>${message.text}</p>${output}</div>`
}

/** A part of a page that live updates replace by its id. */
export function region(id: string, content: Html): Html {
  return html`<div id="${id}" data-region>${content}</div>`
}

/** The login page has no tabs. */
export function renderLogin(message: Message | null): Html {
  return html`<!doctype html>
<html lang="en">
<head>
${renderHead('Log in')}
</head>
<body>
<main class="login">
<h1>hubgen</h1>
${renderMessage(message)}
<form method="post" action="/login">
<label for="token">Token of this dashboard</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p class="hint">The value of <code>HUBGEN_DASHBOARD_TOKEN</code> where the dashboard was started.</p>
<button class="primary">Log in</button>
</form>
</main>
</body>
</html>
`
}
