import { z } from 'zod'
import { COLUMN_TYPES, COMPATS } from './analysis.ts'
import { byteLength, IDENTIFIER_BYTES } from './column-name.ts'

/** The file has its keys in the order of this schema. */
const count = z.int().nonnegative()

export const identifier = z
  .string()
  .min(1)
  .refine((name) => name.isWellFormed() && !name.includes('\0'), {
    error: 'contains characters that Postgres cannot store',
  })
  .refine((name) => byteLength(name) <= IDENTIFIER_BYTES, {
    error: ({ input }) =>
      `\`${String(input)}\` has ${byteLength(String(input))} bytes, Postgres allows ${IDENTIFIER_BYTES}`,
  })

/** Folder, module and table names become paths and TypeScript names. */
const plainName = identifier.regex(/^[a-z][a-z0-9_]*$/, {
  error: 'must be lower-case letters, digits and `_`, beginning with a letter',
})

/** Used in SQL, in quoted TypeScript names and in `schema.table`, so it has no dots and quotes. */
export const schemaName = plainName.refine((name) => name !== 'hubgen' && !name.startsWith('pg_'), {
  error: ({ input }) => `\`${String(input)}\` belongs to hubgen's own tables or to Postgres`,
})

export const columnType = z.enum(COLUMN_TYPES)

const valueShape = z.enum([
  'integer',
  'decimal',
  'scientific',
  'grouped_digits',
  'list',
  'iso_datetime',
  'iso_date',
  'epoch_milliseconds',
  'epoch_seconds',
  'boolean',
  'text',
])

const evidence = z.strictObject({
  filled: count,
  longest: count,
  unparsable: count,
  integerDigits: count,
  decimalDigits: count,
  shapes: z.array(z.strictObject({ shape: valueShape, count })),
})

const column = z.strictObject({
  name: identifier,
  type: columnType,
  reason: z.string(),
  overflow: z.string().min(1).optional(),
})

const property = z.strictObject({
  name: z.string().min(1),
  label: z.string(),
  description: z.string(),
  group: z.string(),
  type: z.string(),
  fieldType: z.string(),
  calculated: z.boolean(),
  externalOptions: z.boolean(),
  referencedObjectType: z.string().nullable(),
  hubspotDefined: z.boolean(),
  hidden: z.boolean(),
  unique: z.boolean(),
  sensitivity: z.enum(['non_sensitive', 'sensitive', 'highly_sensitive']),
  createdAt: z.string().min(1).optional(),
  updatedAt: z.string().min(1).optional(),
  showCurrencySymbol: z.literal(true).optional(),
  remadeAt: z.string().min(1).optional(),
  archived: z.boolean(),
  excluded: z.literal(true).optional(),
  purged: z.literal(true).optional(),
  column,
  earlierColumns: z.array(column).min(1).optional(),
  evidence: evidence.nullable(),
  options: z.array(
    z.strictObject({ value: z.string(), label: z.string(), hidden: z.literal(true).optional() }),
  ),
})

const pipeline = z.strictObject({
  id: z.string(),
  label: z.string(),
  stages: z.array(
    z.strictObject({
      id: z.string(),
      label: z.string(),
      closed: z.boolean().nullable(),
      probability: z.string().nullable(),
    }),
  ),
})

const association = z.strictObject({
  entity: plainName,
  objectTypeId: z.string(),
  types: z.array(
    z.strictObject({ category: z.string(), typeId: z.int(), label: z.string().nullable() }),
  ),
})

/** The shape of `analysis.json`; `parseAnalysis` checks the rules that span several parts. */
export const analysisSchema = z.strictObject({
  entity: plainName,
  table: plainName,
  schema: schemaName.optional(),
  objectType: z.strictObject({
    id: z.string().min(1),
    name: z.string().min(1),
    singularLabel: z.string(),
    pluralLabel: z.string(),
    custom: z.boolean(),
  }),
  portal: z
    .strictObject({ id: z.int().positive(), timeZone: z.string(), currency: z.string() })
    .nullable(),
  keyProperty: z.string().nullable(),
  createdProperty: z.string().nullable(),
  modifiedProperty: z.string().min(1),
  compat: z.enum(COMPATS).optional(),
  extraIndexes: z.array(z.string().min(1)).optional(),
  history: z.array(z.string().min(1)).optional(),
  takenTables: z.array(plainName).optional(),
  sampledRecords: count.nullable(),
  fullestRecord: count.optional(),
  groups: z.array(z.strictObject({ name: z.string(), label: z.string() })),
  pipelines: z.array(pipeline),
  associations: z.array(association),
  rules: z
    .array(
      z.strictObject({
        property: z.string().min(1),
        kind: z.string().min(1),
        arguments: z.array(z.string()),
      }),
    )
    .min(1)
    .optional(),
  skipped: z.array(
    z.strictObject({ name: z.string(), label: z.string(), type: z.string(), reason: z.string() }),
  ),
  properties: z.array(property),
})
