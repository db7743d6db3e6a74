import { z } from 'zod'
import { readDuration } from './read-duration.ts'

const percent = z
  .number({ error: notPercent })
  .min(0, { error: notPercent })
  .max(100, { error: notPercent })

const byProperty = z.record(z.string().min(1), percent, {
  error: 'takes percent by property: `{ amount: 95 }`',
})

/** The `quality` settings of one entity, or of all. */
export const qualitySchema = z.strictObject({
  completeness: byProperty.optional(),
  duplicates: z
    .union([percent, byProperty], {
      error: 'takes percent, or percent by property: `{ email: 0 }`',
    })
    .optional(),
  integrity: percent.optional(),
  rules: percent.optional(),
  links: percent.optional(),
  merges: percent.optional(),
  quarantine: z
    .strictObject(
      {
        percent: percent.optional(),
        values: z.int({ error: notCount }).min(1, { error: notCount }).optional(),
      },
      { error: 'takes `{ percent: 5, values: 20 }`, or one of them' },
    )
    .optional(),
  /** In seconds. */
  freshness: z
    .string({ error: notAge })
    .refine((text) => readDuration(text) > 0, { error: notAge })
    .transform(readDuration)
    .optional(),
})

export type QualitySettings = z.output<typeof qualitySchema>

function notPercent({ input }: { readonly input?: unknown }): string {
  return `takes percent from 0 to 100, found \`${JSON.stringify(input)}\``
}

function notCount({ input }: { readonly input?: unknown }): string {
  return `takes a whole number from 1, found \`${JSON.stringify(input)}\``
}

function notAge({ input }: { readonly input?: unknown }): string {
  return `takes a time such as \`26h\`, \`90m\` or \`2d\`, found \`${JSON.stringify(input)}\``
}
