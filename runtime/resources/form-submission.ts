import type { Resource } from './resource.ts'

export const formSubmission: Resource = {
  name: 'form_submission',
  alias: 'submissions',
  title: 'Submissions of forms, with the contact that made them if one is found.',
  read: 'asked',
  personal: { address: 'email', contact: 'contact_id', columns: ['page_url', 'values'] },
  versions: [
    {
      version: 'v1',
      until: '2027-09',
      path: '/form-integrations/v1/submissions/forms/{guid}',
      items: 'results',
      page: { kind: 'after', in: 'query', size: 50, sizeParam: 'limit' },
    },
  ],
  scopes: [['forms']],
  parent: {
    resource: 'form',
    bind: { guid: 'guid' },
    unless: { form_type: ['blog_comment'] },
  },
  key: ['conversion_id'],
  keyHash: { column: 'conversion_id', of: ['form_id', 'submitted_at', 'values'] },
  // Every form has a stamp of its own: one for all would lose what arrives while others are read.
  stamp: { column: 'submitted_at', newestFirst: true, lagMinutes: 5, overlapMinutes: 60 },
  deletes: 'never',
  columns: {
    conversion_id: ['conversionId', 'text'],
    form_id: ['^guid', 'text'],
    submitted_at: ['submittedAt', 'timestamptz'],
    page_url: ['pageUrl', 'text'],
    email: ['values[name=email].value', 'text'],
    values: ['values', 'jsonb'],
  },
  derive: { contact_id: 'matchContact' },
  refs: { form_id: 'form.guid', contact_id: 'contact.id' },
  refuse: [
    { status: 400, code: 'FORM_TYPE_NOT_ALLOWED', skip: 'parent' },
    { status: 404, skip: 'parent' },
  ],
  every: 'run',
}
