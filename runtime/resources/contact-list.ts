import type { RequestConstants, Resource } from './resource.ts'

/** HubSpot leaves out those that are empty. */
const properties: RequestConstants = {
  additionalProperties: [
    'hs_list_size',
    'hs_last_record_added_at',
    'hs_last_record_removed_at',
    'hs_folder_name',
    'hs_classic_list_id',
    'hs_description',
  ],
}

/** Any other order changes while pages are read. */
const inOrder: RequestConstants = { ...properties, sort: 'HS_LIST_ID' }

export const contactList: Resource = {
  name: 'contact_list',
  alias: 'lists',
  title: 'Lists (segments) of contacts and of other records.',
  read: 'always',
  versions: [
    {
      version: '2026-09',
      method: 'POST',
      path: '/crm/lists/2026-09/all',
      body: properties,
      items: 'results',
      page: { kind: 'after', in: 'body', size: 500, sizeParam: 'count' },
    },
    {
      version: '2026-09',
      method: 'POST',
      path: '/crm/lists/2026-09/search',
      body: inOrder,
      items: 'lists',
      page: { kind: 'offset', in: 'body', size: 500, sizeParam: 'count' },
    },
    {
      version: 'v3',
      until: '2027-09',
      method: 'POST',
      path: '/crm/v3/lists/search',
      body: inOrder,
      items: 'lists',
      page: { kind: 'offset', in: 'body', size: 500, sizeParam: 'count' },
    },
  ],
  scopes: [['crm.lists.read']],
  key: ['id'],
  deletes: 'absent',
  columns: {
    id: ['listId', 'bigint'],
    name: ['name', 'text'],
    object_type_id: ['objectTypeId', 'text'],
    processing_type: ['processingType', 'text'],
    processing_status: ['processingStatus', 'text'],
    list_version: ['listVersion', 'bigint'],
    created_at: ['createdAt', 'timestamptz'],
    created_by_id: ['createdById', 'text'],
    updated_at: ['updatedAt', 'timestamptz'],
    updated_by_id: ['updatedById', 'text'],
    filters_updated_at: ['filtersUpdatedAt', 'timestamptz'],
    metadata_size: ['additionalProperties.hs_list_size', 'bigint'],
    last_record_added_at: ['additionalProperties.hs_last_record_added_at', 'timestamptz'],
    last_record_removed_at: ['additionalProperties.hs_last_record_removed_at', 'timestamptz'],
    folder_name: ['additionalProperties.hs_folder_name', 'text'],
    legacy_list_id: ['additionalProperties.hs_classic_list_id', 'bigint'],
    description: ['additionalProperties.hs_description', 'text'],
  },
  every: 'run',
}
