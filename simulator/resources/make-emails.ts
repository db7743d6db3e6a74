import { isoInstant } from '../population/instant.ts'
import { type Addressee, uuidOf } from './people.ts'
import type { ResourceEntry } from './resources.ts'

const FIRST_MS = Date.parse('2025-02-03T07:00:00Z')
const DAY_MS = 86_400_000
const MAILS = 12
const PORTAL_ID = 8_100_142
const APP = { appId: 113, appName: 'Batch' }

const mailId = (at: number): string => String(170_000_000_000 + at * 1_003)
/** Old campaigns have small numbers. */
const campaignId = (at: number): number => (at === 0 ? 2 : 75_310_262 + at)
const sentMs = (at: number): number => FIRST_MS + at * 21 * DAY_MS

export function makeMarketingEmails(): readonly ResourceEntry[] {
  return Array.from({ length: MAILS }, (_, at) => {
    const published = at % 4 !== 3
    return {
      key: mailId(at),
      parent: '',
      row: {
        id: mailId(at),
        name: `Mailing ${at + 1}`,
        subject: `Neuigkeiten ${at + 1} 🚗`,
        type: at % 5 === 4 ? 'AUTOMATED_EMAIL' : 'BATCH_EMAIL',
        state: published ? 'PUBLISHED' : 'DRAFT',
        isPublished: published,
        isAb: at === 1,
        archived: at === 6,
        createdAt: isoInstant(sentMs(at) - 3 * DAY_MS),
        updatedAt: isoInstant(sentMs(at) - DAY_MS),
        ...(published
          ? { publishDate: isoInstant(sentMs(at)), publishedAt: isoInstant(sentMs(at)) }
          : {}),
        campaign: uuidOf(0xca, at % 4),
        campaignName: `Kampagne ${(at % 4) + 1}`,
        primaryEmailCampaignId: String(campaignId(at)),
        allEmailCampaignIds: [String(campaignId(at))],
        subscriptionDetails: { subscriptionId: '10841063', officeLocationId: '1' },
        from: { fromName: 'Acme', replyTo: 'hallo@acme-mobility.example' },
        to: {
          contactIlsLists: { include: ['7'], exclude: [] },
          contactLists: { include: ['31'], exclude: [] },
          contactIds: { include: [], exclude: [] },
        },
        activeDomain: 'www.acme-mobility.example',
        language: 'de',
        content: { templatePath: '@hubspot/email/dnd/welcome.html', plainTextVersion: '' },
        stats: statistics(at),
      },
    }
  })
}

/** Unique counts; ratios are percentages. */
function statistics(at: number): object {
  const [sent, open, click] = [100 + at * 10, 40 + at, 7 + at]
  return {
    counters: { sent, delivered: sent - 2, open, click, bounce: 2, hardbounced: 1, softbounced: 1 },
    deviceBreakdown: {
      open_device_type: { computer: open - 10, mobile: 9, unknown: 1 },
      click_device_type: { computer: click - 2, mobile: 2 },
    },
    ratios: { openratio: (open / (sent - 2)) * 100, clickratio: (click / (sent - 2)) * 100 },
    qualifierStats: {},
  }
}

export function makeEmailCampaigns(): readonly ResourceEntry[] {
  return Array.from({ length: MAILS }, (_, at) => ({
    key: String(campaignId(at)),
    parent: '',
    row: {
      id: campaignId(at),
      ...APP,
      lastUpdatedTime: sentMs(at) + DAY_MS,
      contentId: Number(mailId(at)),
      subject: `Neuigkeiten ${at + 1} 🚗`,
      name: `Mailing ${at + 1}`,
      counters: { sent: 100 + at * 10, delivered: 98 + at * 10, open: 40 + at, click: 7 + at },
      numIncluded: 100 + at * 10,
      numQueued: 100 + at * 10,
      type: 'BATCH_EMAIL',
      subType: 'BATCH_EMAIL',
      processingState: 'DONE',
      lastProcessingStartedAt: sentMs(at),
      lastProcessingFinishedAt: sentMs(at) + 60_000,
      lastProcessingStateChangeAt: sentMs(at) + 60_000,
    },
  }))
}

const TYPES = [
  'SENT',
  'PROCESSED',
  'DELIVERED',
  'OPEN',
  'CLICK',
  'BOUNCE',
  'DEFERRED',
  'DROPPED',
  'PRINT',
  'FORWARD',
  'SPAMREPORT',
  'STATUSCHANGE',
  // Neither documented nor rare.
  'SUPPRESSED',
  // An UNBOUNCE has no type at all.
  undefined,
] as const

const browser = {
  family: 'Chrome',
  name: 'Chrome',
  producer: 'Google',
  type: 'Browser',
  url: '',
  version: ['131.0'],
}
const location = {
  city: 'Berlin',
  state: 'BE',
  country: 'GERMANY',
  latitude: 52.5,
  longitude: 13.4,
  zipcode: '10115',
}
const reader = {
  browser,
  location,
  ipAddress: '203.0.113.7',
  userAgent: 'Mozilla/5.0',
  deviceType: 'COMPUTER',
}
const message = {
  subject: 'Neuigkeiten',
  from: 'hallo@acme-mobility.example',
  replyTo: ['hallo@acme-mobility.example'],
  cc: [],
  bcc: [],
}

const DETAILS: Readonly<Partial<Record<string, object>>> = {
  SENT: message,
  DELIVERED: { response: '250 2.0.0 OK', smtpId: '<1@x.example>' },
  OPEN: { ...reader, duration: 4_000 },
  CLICK: { ...reader, url: 'https://x.example/', referer: 'https://y.example/', linkId: 1 },
  BOUNCE: { category: 'UNKNOWN_USER', status: '5.1.1', response: '550 unknown user' },
  DEFERRED: { attempt: 1, response: '421 later' },
  DROPPED: { ...message, dropReason: 'PREVIOUSLY_BOUNCED', dropMessage: '' },
  PRINT: reader,
  FORWARD: reader,
  SPAMREPORT: { ipAddress: '203.0.113.7', userAgent: 'Mozilla/5.0' },
  STATUSCHANGE: {
    bounced: false,
    portalSubscriptionStatus: 'UNSUBSCRIBED',
    requestedBy: 'someone',
    source: 'SOURCE_RECIPIENT',
    subscriptions: [{ id: 10_841_063, status: 'UNSUBSCRIBED' }],
  },
}

/** Oldest first; the route sends the newest first. */
export function makeEmailEvents(people: readonly Addressee[]): readonly ResourceEntry[] {
  const recipients = people.slice(0, 25)
  return recipients.flatMap(({ email }, who) =>
    TYPES.map((type, step) => {
      const mail = who % MAILS
      const created = sentMs(mail) + step * 90_000 + who * 1_009
      const id = uuidOf(0xe0 + step, who)
      const sent = { id: uuidOf(0xe0, who), created: sentMs(mail) + who * 1_009 }
      return {
        key: id,
        parent: '',
        row: {
          id,
          created,
          ...(type === undefined ? {} : { type }),
          recipient: email,
          portalId: PORTAL_ID,
          ...APP,
          emailCampaignId: campaignId(mail),
          emailCampaignGroupId: campaignId(mail),
          ...(step === 0 ? {} : { sentBy: sent }),
          ...(type === 'OPEN' ? { filteredEvent: false } : {}),
          ...(type === undefined ? {} : DETAILS[type]),
        },
      }
    }),
  )
}

const SUBSCRIPTIONS = [
  ['10841063', 'Marketing Information', true],
  ['10841064', 'Newsletter "DACH"', true],
  ['10841065', 'One to One', true],
  ['9000001', 'Old product news', false],
] as const

export function makeSubscriptionTypes(): readonly ResourceEntry[] {
  return SUBSCRIPTIONS.map(([id, name, isActive], at) => ({
    key: id,
    parent: '',
    row: {
      id,
      name,
      description: `${name} by e-mail`,
      isActive,
      isDefault: at === 0,
      isInternal: at === 2,
      communicationMethod: 'Email',
      purpose: at === 2 ? 'Sales' : 'Marketing',
      businessUnitId: 0,
      createdAt: isoInstant(FIRST_MS + at * DAY_MS),
      updatedAt: isoInstant(FIRST_MS + at * DAY_MS),
    },
  }))
}

/** Without any key of their own; oldest first. */
export function makeSubscriptionChanges(people: readonly Addressee[]): readonly ResourceEntry[] {
  return people.slice(0, 30).map(({ email }, at) => ({
    key: String(at),
    parent: '',
    row: {
      timestamp: FIRST_MS + at * 5 * DAY_MS,
      portalId: PORTAL_ID,
      recipient: email,
      changes: [
        {
          change: at % 3 === 0 ? 'UNSUBSCRIBED' : 'SUBSCRIBED',
          changeType: at % 5 === 0 ? 'PORTAL_STATUS' : 'SUBSCRIPTION_STATUS',
          source: 'SOURCE_RECIPIENT',
          ...(at % 5 === 0 ? {} : { subscriptionId: 10_841_063 }),
          causedByEvent: { id: uuidOf(0xe0 + 11, at), created: FIRST_MS + at * 5 * DAY_MS },
        },
      ],
    },
  }))
}
