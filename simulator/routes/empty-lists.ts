import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import type { Call } from '../http/call.ts'
import { invalidRequest } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'

interface EmptyList {
  readonly name: string
  readonly pattern: string
  readonly versions: readonly string[]
  readonly scopes: readonly string[]
  /** `total`, where HubSpot counts. */
  readonly answer: Readonly<Record<string, unknown>>
  /** A query option without which HubSpot refuses the call. */
  readonly required?: string
}

const uncounted = { results: [] }
const counted = { total: 0, results: [] }
const dated2026: readonly string[] = ['2026-03', '2026-09']
const v3AndDated2026: readonly string[] = ['v3', ...dated2026]
const conversations = ['conversations.read']
const content = ['content']
const files = ['files', 'files.ui_hidden.read']

/** Lists that clients ask every portal for; this portal has none of these things. */
const emptyLists: readonly EmptyList[] = [
  {
    name: 'imports',
    pattern: 'crm/imports',
    versions: v3AndDated2026,
    scopes: ['crm.import'],
    answer: uncounted,
  },
  // Threads are not counted, unlike the rest of the conversations.
  {
    name: 'conversation_threads',
    pattern: 'conversations/conversations/threads',
    versions: v3AndDated2026,
    scopes: conversations,
    answer: uncounted,
  },
  ...['inboxes', 'channels', 'channel-accounts'].map((kind) => ({
    name: `conversation_${kind.replace('-', '_')}`,
    pattern: `conversations/conversations/${kind}`,
    versions: v3AndDated2026,
    scopes: conversations,
    answer: counted,
  })),
  {
    name: 'sequences',
    pattern: 'automation/sequences',
    versions: ['v4', ...dated2026],
    scopes: ['automation.sequences.read'],
    answer: counted,
    required: 'userId',
  },
  ...[
    ['business_units', 'business-units/business-units/user/:userId', 'v3'],
    ['business_units_dated', 'business-units/public/business-units/user/:userId', '2026-09'],
  ].map(([name = '', pattern = '', version = '']) => ({
    name,
    pattern,
    versions: [version],
    scopes: ['business_units_view.read'],
    answer: uncounted,
  })),
  ...[
    ['domains', 'domains'],
    ['site_pages', 'pages/site-pages'],
    ['landing_pages', 'pages/landing-pages'],
    ['blog_posts', 'blogs/posts'],
    ['blog_authors', 'blogs/authors'],
    ['blog_tags', 'blogs/tags'],
    ['url_redirects', 'url-redirects'],
  ].map(([name = '', path = '']) => ({
    name,
    pattern: `cms/${path}`,
    versions: v3AndDated2026,
    scopes: [...content, ...(name === 'domains' ? ['cms.domains.read'] : [])],
    answer: counted,
  })),
  {
    name: 'hubdb_tables',
    pattern: 'cms/hubdb/tables',
    versions: v3AndDated2026,
    scopes: ['hubdb'],
    answer: counted,
  },
  {
    name: 'files',
    pattern: 'files/files/search',
    versions: ['v3'],
    scopes: files,
    answer: uncounted,
  },
  {
    name: 'file_folders',
    pattern: 'files/folders/search',
    versions: ['v3'],
    scopes: files,
    answer: uncounted,
  },
]

export const emptyListRoutes: readonly Route[] = emptyLists.map((list) => ({
  name: list.name,
  method: 'GET',
  pattern: list.pattern,
  versions: list.versions,
  answer: (call, context) => answerWith(list, call, context),
}))

function answerWith({ scopes, required, answer }: EmptyList, call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  if (required !== undefined && !call.query.has(required)) {
    throw invalidRequest(`Required query parameter '${required}' is missing`)
  }
  return jsonAnswer(answer)
}
