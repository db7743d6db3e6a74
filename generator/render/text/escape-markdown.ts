import { visibleText } from './escape-text.ts'

/**
 * One line of literal text for a sentence or a table cell. Text that GitHub would turn into a link or a mention
 * by itself becomes a code span.
 */
export function markdownText(text: string): string {
  return literalText(visibleText(text))
}

/** One of our sentences with values between backticks, which become code spans. */
export function markdownSentence(sentence: string): string {
  const parts = visibleText(sentence).split('`')
  // A value contains a backtick itself, so the code spans are ambiguous.
  if (parts.length % 2 === 0) return markdownText(sentence)
  return parts
    .map((part, index) => (index % 2 === 0 ? literalText(part) : markdownCode(part)))
    .join('')
}

/**
 * A code span for a table cell, where a pipe must be escaped even inside code; backslashes before it are
 * doubled, because they would escape each other.
 */
export function markdownCode(text: string): string {
  const visible = visibleText(text).replace(/(\\*)\|/g, '$1$1\\|')
  if (visible === '') return '(empty)'
  const longest = Math.max(0, ...(visible.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const padding = visible.startsWith('`') || visible.endsWith('`') ? ' ' : ''
  return `${fence}${padding}${visible}${padding}${fence}`
}

/** `https://…`, `www.…`, `mailto:…`, `ann@example.com`, `@somebody`. */
const LINKED = /:\/\/|www\.|mailto:|xmpp:|@\w/i

function literalText(visible: string): string {
  if (LINKED.test(visible)) return visible.replace(/\S(?:.*\S)?/, markdownCode)
  return visible.replace(/[\\`*_{}[\]<>#|~$&!]/g, '\\$&')
}
