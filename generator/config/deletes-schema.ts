import { z } from 'zod'

const wrong = {
  percent: 'takes percent from 0 to 100',
  records: 'takes a whole number of records from 0',
  brake: 'takes `{ percent: 20, records: 100 }`, or `false` for none',
}

export const brakeSchema = z.strictObject(
  {
    percent: z
      .number({ error: wrong.percent })
      .min(0, { error: wrong.percent })
      .max(100, { error: wrong.percent })
      .optional(),
    records: z
      .number({ error: wrong.records })
      .int({ error: wrong.records })
      .min(0, { error: wrong.records })
      .optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : wrong.brake) },
)

/** The `deletes` settings of one entity, or of all. */
export const deletesSchema = z.strictObject({
  brake: z.union([z.literal(false), brakeSchema], { error: wrong.brake }).optional(),
})

/** `{ brake: … }` without an entity applies to every entity. */
export function ofEveryEntity(deletes: unknown): unknown {
  const isObject = typeof deletes === 'object' && deletes !== null && !Array.isArray(deletes)
  return isObject && 'brake' in deletes ? { '*': deletes } : deletes
}
