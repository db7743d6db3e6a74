import type { RequestConstants, Resource } from './resource.ts'

/** Without it HubSpot sends only forms that were made in HubSpot: no external ones and no pop-ups. */
const query: RequestConstants = { formTypes: 'all' }

/** Archived forms are a list of their own. */
const variants: readonly RequestConstants[] = [{ archived: false }, { archived: true }]

export const form: Resource = {
  name: 'form',
  alias: 'forms',
  title: 'Forms, with their fields: those of HubSpot, external ones and pop-ups.',
  read: 'always',
  versions: [
    {
      version: 'v3',
      until: '2027-09',
      path: '/marketing/v3/forms',
      query,
      variants,
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
    {
      version: '2026-09-beta',
      path: '/marketing/forms/2026-09-beta',
      query,
      variants,
      items: 'results',
      page: { kind: 'after', in: 'query', size: 100, sizeParam: 'limit' },
    },
  ],
  scopes: [['forms']],
  key: ['guid'],
  deletes: 'absent',
  columns: {
    guid: ['id', 'text'],
    name: ['name', 'text'],
    form_type: ['formType', 'text'],
    created_at: ['createdAt', 'timestamptz'],
    updated_at: ['updatedAt', 'timestamptz'],
    archived: ['archived', 'boolean'],
    archived_at: ['archivedAt', 'timestamptz'],
    language: ['configuration.language', 'text'],
    css_class: ['displayOptions.cssClass', 'text'],
    submit_text: ['displayOptions.submitButtonText', 'text'],
    post_submit_type: ['configuration.postSubmitAction.type', 'text'],
    post_submit_value: ['configuration.postSubmitAction.value', 'text'],
    notify_recipient_ids: ['configuration.notifyRecipients', 'jsonb'],
    definition: ['', 'jsonb'],
  },
  children: [
    {
      table: 'form_field',
      each: 'fieldGroups[].fields[]',
      key: ['form_guid', 'position'],
      columns: {
        form_guid: ['^guid', 'text'],
        position: ['#', 'bigint'],
        object_type_id: ['objectTypeId', 'text'],
        name: ['name', 'text'],
        label: ['label', 'text'],
        field_type: ['fieldType', 'text'],
        required: ['required', 'boolean'],
        hidden: ['hidden', 'boolean'],
      },
      refs: { form_guid: 'form.guid' },
    },
  ],
  every: 'hour',
}
