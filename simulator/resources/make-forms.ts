import { isoInstant } from '../population/instant.ts'
import { type Addressee, uuidOf } from './people.ts'
import type { ResourceEntry, ResourceRow } from './resources.ts'

const FIRST_MS = Date.parse('2024-01-15T09:30:00Z')
const DAY_MS = 86_400_000
const FORM = 0xf0

interface FormPlan {
  readonly name: string
  readonly type: 'hubspot' | 'captured' | 'flow' | 'blog_comment'
  readonly submissions: number
  readonly archived?: true
}

const PLANS: readonly FormPlan[] = [
  { name: 'Kontakt', type: 'hubspot', submissions: 120 },
  { name: 'Probefahrt "jetzt"', type: 'hubspot', submissions: 37 },
  { name: 'Never used', type: 'hubspot', submissions: 0 },
  { name: '#contact-form .on-site', type: 'captured', submissions: 12 },
  { name: 'Pop-up: newsletter', type: 'flow', submissions: 54 },
  { name: 'Comments', type: 'blog_comment', submissions: 0 },
  { name: 'Messe 2024', type: 'hubspot', submissions: 8, archived: true },
]

export function makeForms(): readonly ResourceEntry[] {
  return PLANS.map((plan, at) => ({ key: uuidOf(FORM, at), parent: '', row: formOf(plan, at) }))
}

function formOf({ name, type, archived }: FormPlan, at: number): ResourceRow {
  const createdMs = FIRST_MS + at * 19 * DAY_MS + at * 211
  const common = {
    id: uuidOf(FORM, at),
    name,
    formType: type,
    createdAt: isoInstant(createdMs),
    updatedAt: isoInstant(createdMs + 3 * DAY_MS),
    archived: archived === true,
    ...(archived === true ? { archivedAt: isoInstant(createdMs + 90 * DAY_MS) } : {}),
  }
  // Only forms made in HubSpot have all blocks.
  if (type !== 'hubspot') return { ...common, fieldGroups: [] }
  return {
    ...common,
    fieldGroups: [
      {
        groupType: 'default_group',
        richTextType: 'text',
        fields: [
          field('email', 'E-Mail', 'email'),
          field('firstname', 'Vorname', 'single_line_text'),
        ],
      },
    ],
    configuration: {
      language: 'de',
      cloneable: true,
      postSubmitAction: {
        type: at % 2 === 0 ? 'thank_you' : 'redirect_url',
        value: 'https://x.example/',
      },
      editable: true,
      archivable: true,
      recaptchaEnabled: false,
      notifyContactOwner: false,
      notifyRecipients: at === 0 ? ['5551001'] : [],
      createNewContactForNewEmail: false,
      prePopulateKnownValues: true,
      allowLinkToResetKnownValues: false,
      lifecycleStages: [],
    },
    displayOptions: {
      renderRawHtml: false,
      theme: 'default_style',
      submitButtonText: 'Absenden',
      style: { fontFamily: 'arial', labelTextSize: '13px' },
      cssClass: 'hs-form stacked',
    },
    legalConsentOptions: { type: 'none' },
  }
}

function field(name: string, label: string, fieldType: string): object {
  return { objectTypeId: '0-1', name, label, required: name === 'email', hidden: false, fieldType }
}

/** Newest last; the route turns them round. A repeated name is what forms of several objects send. */
export function makeSubmissions(people: readonly Addressee[]): readonly ResourceEntry[] {
  return PLANS.flatMap(({ submissions }, at) =>
    Array.from({ length: people.length === 0 ? 0 : submissions }, (_, index) => {
      const person = people[(index * 3 + at) % people.length]
      const conversionId = uuidOf(0xc0 + at, index)
      const values = [
        { name: 'email', value: person?.email ?? '', objectTypeId: '0-1' },
        { name: 'firstname', value: person?.firstName ?? '', objectTypeId: '0-1' },
        ...(index % 9 === 0
          ? [
              { name: 'name', value: 'Acme', objectTypeId: '0-2' },
              { name: 'name', value: 'Anfrage', objectTypeId: '0-5' },
            ]
          : []),
      ]
      const submittedAt = FIRST_MS + at * 19 * DAY_MS + index * 7_211_003
      const pageUrl = 'https://www.acme-mobility.example/kontakt'
      return {
        key: conversionId,
        parent: uuidOf(FORM, at),
        row: { conversionId, submittedAt, values, pageUrl },
      }
    }),
  )
}
