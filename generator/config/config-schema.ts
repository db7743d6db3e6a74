import { z } from 'zod'
import { resources } from '../../runtime/resources/resources.ts'
import { COMPATS } from '../model/analysis.ts'
import { isSystemColumn } from '../model/analysis-file.ts'
import { columnType, identifier, schemaName } from '../model/analysis-schema.ts'
import { nearestName } from '../model/nearest-name.ts'
import { findStandardObjectType, STANDARD_OBJECT_TYPES } from '../model/object-types.ts'
import { alertsKeysAt, alertsSchema } from './alerts-schema.ts'
import { brakeSchema, deletesSchema, ofEveryEntity } from './deletes-schema.ts'
import { describeIssues } from './describe-issues.ts'
import { qualitySchema } from './quality-schema.ts'
import { readDuration } from './read-duration.ts'

/** HubSpot's search index lags by some seconds. */
const leastSeconds = 60
/** The daily look back covers this much anyway. */
const mostSeconds = 26 * 3_600

/** A duration in `readBack`; in seconds. */
const readBackSchema = z
  .string({ error: notTime })
  .refine((text) => readDuration(text) >= leastSeconds && readDuration(text) <= mostSeconds, {
    error: notTime,
  })
  .transform(readDuration)

function notTime({ input }: { readonly input?: unknown }): string {
  return `takes a time from \`1m\` to \`26h\`, such as \`15m\`, found \`${JSON.stringify(input)}\``
}

const leastKeptSeconds = 7 * 86_400
const mostKeptSeconds = 3_650 * 86_400

/** In seconds. */
const keepRunsSchema = z
  .string({ error: notKept })
  .refine(
    (text) => readDuration(text) >= leastKeptSeconds && readDuration(text) <= mostKeptSeconds,
    { error: notKept },
  )
  .transform(readDuration)

function notKept({ input }: { readonly input?: unknown }): string {
  return `takes a time from \`7d\` to \`3650d\`, such as \`90d\`, found \`${JSON.stringify(input)}\``
}

/** A time of day, by the portal's clock. */
const lookAtSchema = z
  .string({ error: notTimeOfDay })
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: notTimeOfDay })

function notTimeOfDay({ input }: { readonly input?: unknown }): string {
  return `takes a time of day from \`00:00\` to \`23:59\`, such as \`03:00\`, found \`${JSON.stringify(input)}\``
}

const STANDARD_NAMES = STANDARD_OBJECT_TYPES.flatMap(({ entity, table }) => [entity, table])

/** A custom object may have any name, but a name one letter away from a standard one is a misspelling. */
const entityName = z
  .string()
  .min(1)
  .refine((name) => misspelt(name) === null, {
    error: ({ input }) =>
      `there is no entity \`${String(input)}\`; did you mean \`${misspelt(String(input))}\`?`,
  })

const oneEntity = entityName.refine((name) => name !== '*', {
  error:
    'name an entity; `*` is valid only in `include`, `exclude`, `quality`, `deletes` and `readBack`',
})

const RESOURCE_NAMES = resources.flatMap(({ name, alias }) => [name, ...(alias ? [alias] : [])])

/** The table of a resource, or the name that people type for it. */
const resourceName = z.string().refine((name) => RESOURCE_NAMES.includes(name), {
  error: ({ input }) => {
    const near = nearestName(String(input), RESOURCE_NAMES)
    return `there is no resource \`${String(input)}\`; ${near === null ? `name one of ${RESOURCE_NAMES.join(', ')}` : `did you mean \`${near}\`?`}`
  },
})

const pattern = z.string().min(1)
const propertyName = z.string().min(1)

const columnNames = z
  .record(
    propertyName,
    identifier.refine((name) => !isSystemColumn(name), {
      error: ({ input }) => `\`${String(input)}\` is a column that every table has`,
    }),
  )
  .superRefine((columns, context) => {
    const seen = new Map<string, string>()
    for (const [property, name] of Object.entries(columns)) {
      const other = seen.get(name)
      seen.set(name, property)
      if (other === undefined) continue
      const message = `\`${name}\` is already the column of \`${other}\``
      context.addIssue({ code: 'custom', path: [property], message })
    }
  })

/** Longer text would push the other facts off the pages. */
const mostShownCharacters = 40

/** Text that pages show as it is. */
const shownText = z
  .string({ error: notShown })
  .trim()
  .refine(
    (text) => text.length > 0 && text.length <= mostShownCharacters && !/\p{Cc}|\p{Cs}/u.test(text),
    { error: notShown },
  )

function notShown({ input }: { readonly input?: unknown }): string {
  return `takes one line of 1 to ${mostShownCharacters} characters, found \`${JSON.stringify(input)}\``
}

/** The shape of hubgen.config.ts; `HubgenConfig` documents it. */
export const configSchema = z.strictObject({
  schema: schemaName.optional(),
  compat: z.enum(COMPATS).optional(),
  entities: z.array(oneEntity).min(1).optional(),
  resources: z.array(resourceName).optional(),
  include: z.record(entityName, z.array(pattern).min(1)).optional(),
  exclude: z.record(entityName, z.array(pattern)).optional(),
  columns: z.record(oneEntity, columnNames).optional(),
  types: z.record(oneEntity, z.record(propertyName, columnType)).optional(),
  indexes: z.record(oneEntity, z.array(propertyName)).optional(),
  history: z
    .union([z.literal(false), z.record(oneEntity, z.union([z.literal(false), z.array(pattern)]))])
    .optional(),
  quality: z.record(entityName, qualitySchema).optional(),
  deletes: z.preprocess(ofEveryEntity, z.record(entityName, deletesSchema)).optional(),
  readBack: z.record(entityName, readBackSchema).optional(),
  lookAt: lookAtSchema.optional(),
  keepRuns: keepRunsSchema.optional(),
  archivedBefore: z.boolean().optional(),
  whenGone: z.enum(['keep', 'erase']).optional(),
  environment: shownText.optional(),
  portalName: shownText.optional(),
  alerts: alertsSchema.optional(),
})

export type ParsedConfig = z.output<typeof configSchema>

/** All problems of a configuration, one sentence each, beginning with the place. */
export function describeProblems(error: z.ZodError): readonly string[] {
  return describeIssues(error, keysAt)
}

/** The settings at a place; `quality`, `deletes` and `alerts` have nested ones. */
function keysAt([setting, second, inner]: readonly PropertyKey[]): readonly string[] {
  if (setting === undefined) return Object.keys(configSchema.shape)
  if (setting === 'alerts') return alertsKeysAt(second === undefined ? [] : [second])
  if (setting !== 'deletes') return Object.keys(qualitySchema.shape)
  return Object.keys(inner === 'brake' ? brakeSchema.shape : deletesSchema.shape)
}

function misspelt(name: string): string | null {
  if (name === '*' || findStandardObjectType(name) !== undefined) return null
  return nearestName(name, STANDARD_NAMES, 1)
}
