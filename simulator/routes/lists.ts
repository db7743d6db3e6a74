import type { Context } from '../context.ts'
import { type Answer, jsonAnswer } from '../http/answer.ts'
import {
  bodyObject,
  type Call,
  listOption,
  parameter,
  stringList,
  textField,
} from '../http/call.ts'
import { pageByKey, pageByPlace, rowsOf } from '../http/pages.ts'
import { v3AndDated } from '../http/paths.ts'
import { invalidRequest, noSuchPage, notFound } from '../http/refusal.ts'
import type { Route } from '../http/router.ts'
import type { ResourceEntry, ResourceRow } from '../resources/resources.ts'
import { compareIds } from '../search/search-value.ts'

const members = 'crm/lists/:listId/memberships'

export const listRoutes: readonly Route[] = [
  {
    name: 'lists_search',
    method: 'POST',
    pattern: 'crm/lists/search',
    versions: v3AndDated,
    answer: searchLists,
  },
  {
    name: 'lists_all',
    method: 'POST',
    pattern: 'crm/lists/all',
    versions: ['2026-09'],
    answer: listAll,
  },
  { name: 'lists', method: 'GET', pattern: 'crm/lists', versions: v3AndDated, answer: listSome },
  {
    name: 'list_folders',
    method: 'GET',
    pattern: 'crm/lists/folders',
    versions: v3AndDated,
    answer: readFolder,
  },
  {
    name: 'one_list',
    method: 'GET',
    pattern: 'crm/lists/:listId',
    versions: v3AndDated,
    answer: readList,
  },
  {
    name: 'memberships',
    method: 'GET',
    pattern: members,
    versions: v3AndDated,
    answer: listMembers,
  },
  {
    name: 'memberships_join_order',
    method: 'GET',
    pattern: `${members}/join-order`,
    versions: v3AndDated,
    answer: listMembersByJoinTime,
  },
  {
    name: 'memberships_of_record',
    method: 'GET',
    pattern: 'crm/lists/records/:objectType/:recordId/memberships',
    versions: v3AndDated,
    answer: listListsOfRecord,
  },
]

const scopes = ['crm.lists.read']
const defaultCount = 20
const mostCount = 500
const memberPages = { size: 100, most: 250 }
/** In every answer; others only if they are asked for. */
const defaultProperties = [
  'hs_list_size',
  'hs_last_record_added_at',
  'hs_last_record_removed_at',
  'hs_folder_name',
  'hs_list_reference_count',
]

/** The lists of one record; only here is the time of its first joining. */
function listListsOfRecord(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const type = context.store.findObjectType(parameter(call, 'objectType'))
  const recordId = parameter(call, 'recordId')
  const results = context.resources
    .list('list')
    .filter(({ row }) => row['objectTypeId'] === type?.typeId)
    .flatMap(({ key, row }) => {
      const member = context.resources.find('list_member', recordId, key)
      if (member === undefined) return []
      const joined = member.row['membershipTimestamp']
      const stamps = { firstAddedTimestamp: joined, lastAddedTimestamp: joined }
      return [{ listId: key, listVersion: row['listVersion'], ...stamps }]
    })
  return jsonAnswer({ results, total: results.length })
}

/** Paged by a number in the body. A larger `count` than 500 counts as 500, unless a fault refuses it. */
function searchLists(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const body = call.bodyText.trim() === '' ? {} : bodyObject(call)
  const count = Number(textField(body, 'count') ?? defaultCount)
  if (count > mostCount && context.isOn('list_count_refused')) {
    throw invalidRequest(`count must be at most ${mostCount}, found ${count}`)
  }
  const offset = Number(textField(body, 'offset') ?? 0)
  const found = matching(body, context)
  const end = offset + Math.min(count, mostCount)
  const lists = found.slice(offset, end)
  return jsonAnswer({
    offset: offset + lists.length,
    hasMore: found.length > end,
    lists: lists.map((entry) => shown(entry, body)),
    total: found.length,
  })
}

/** Paged by a cursor in the body. A fault hides this route, which was announced before it was there. */
function listAll(call: Call, context: Context): Answer {
  if (context.isOn('lists_all_missing')) throw noSuchPage()
  context.access.requireOneOf(scopes)
  const body = call.bodyText.trim() === '' ? {} : bodyObject(call)
  const count = Math.min(Number(textField(body, 'count') ?? defaultCount), mostCount)
  const after = textField(body, 'after') ?? ''
  const found = matching(body, context)
  const rest = found.filter(({ key }) => after === '' || compareIds(key, after) > 0)
  const page = rest.slice(0, count)
  const last = rest.length > count ? page.at(-1)?.key : undefined
  return jsonAnswer({
    results: page.map((entry) => shown(entry, body)),
    ...(last === undefined ? {} : { paging: { next: { after: last } } }),
    total: found.length,
  })
}

function matching(
  body: Readonly<Record<string, unknown>>,
  context: Context,
): readonly ResourceEntry[] {
  const ids = stringList(body, 'listIds')
  const types = stringList(body, 'processingTypes')
  const query = (textField(body, 'query') ?? '').toLowerCase()
  const objectTypeId = textField(body, 'objectTypeId')
  return context.resources
    .list('list')
    .filter(({ key }) => ids.length === 0 || ids.includes(key))
    .filter(({ row }) => types.length === 0 || types.includes(String(row['processingType'])))
    .filter(({ row }) => objectTypeId === undefined || row['objectTypeId'] === objectTypeId)
    .filter(({ row }) => String(row['name']).toLowerCase().includes(query))
    .toSorted((left, right) => compareIds(left.key, right.key))
}

/** Empty properties are left out; if all are, so is `additionalProperties`. */
function shown({ row }: ResourceEntry, body: Readonly<Record<string, unknown>>): ResourceRow {
  const { additionalProperties, ...list } = row
  const wanted = [...defaultProperties, ...stringList(body, 'additionalProperties')]
  const kept = Object.entries(additionalProperties ?? {}).filter(([name]) => wanted.includes(name))
  return kept.length === 0 ? list : { ...list, additionalProperties: Object.fromEntries(kept) }
}

/** Without `additionalProperties`, and the only shape with `size`. */
function withSize(context: Context, { key, row }: ResourceEntry): ResourceRow {
  const { additionalProperties: _, ...list } = row
  return { ...list, size: context.resources.list('list_member', key).length }
}

function listSome(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const ids = listOption(call, 'listIds')
  const lists = ids.flatMap((id) => context.resources.find('list', id) ?? [])
  return jsonAnswer({ lists: lists.map((entry) => withSize(context, entry)) })
}

/** The root, which contains the other folders. Their ids are places in the order of their names. */
function readFolder(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const names = new Map<string, number[]>()
  for (const { key, row } of context.resources.list('list')) {
    const name = folderName(row)
    names.set(name, [...(names.get(name) ?? []), Number(key)])
  }
  const childNodes = [...names.keys()]
    .filter((name) => name !== '')
    .sort()
    .map((name, at) => ({
      id: at + 1,
      parentFolderId: 0,
      name,
      childNodes: [],
      childLists: names.get(name) ?? [],
    }))
  const root = { id: 0, parentFolderId: -1, childNodes, childLists: names.get('') ?? [] }
  const id = call.query.get('folderId') ?? '0'
  const folder = [root, ...childNodes].find((known) => String(known.id) === id)
  if (folder === undefined) throw notFound(`Folder does not exist with ID ${id}.`)
  return jsonAnswer({ folder })
}

function folderName({ additionalProperties }: ResourceRow): string {
  const name = Object.entries(additionalProperties ?? {}).find(([key]) => key === 'hs_folder_name')
  return String(name?.[1] ?? '')
}

function readList(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  return jsonAnswer({ list: withSize(context, requiredList(call, context)) })
}

/** Ascending by record id. */
function listMembers(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const { key } = requiredList(call, context)
  const entries = context.resources.list('list_member', key)
  const page = pageByKey(call, context, entries, memberPages)
  return jsonAnswer({ ...page, total: entries.length })
}

/** Sources disagree on the direction: ascending here, descending with a fault. */
function listMembersByJoinTime(call: Call, context: Context): Answer {
  context.access.requireOneOf(scopes)
  const { key } = requiredList(call, context)
  const stamp = (row: ResourceRow): number => Date.parse(String(row['membershipTimestamp']))
  const rows = rowsOf(context.resources.list('list_member', key)).toSorted(
    (left, right) => stamp(left) - stamp(right),
  )
  if (context.isOn('join_order_descending')) rows.reverse()
  return jsonAnswer({ ...pageByPlace(call, context, rows, memberPages), total: rows.length })
}

function requiredList(call: Call, context: Context): ResourceEntry {
  const id = parameter(call, 'listId')
  const list = context.resources.find('list', id)
  if (list === undefined) throw notFound(`List does not exist with ID ${id}.`)
  return list
}
