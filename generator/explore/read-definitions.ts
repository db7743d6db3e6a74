import { z } from 'zod'
import type { HubSpot } from '../../runtime/hubspot/client/client.ts'
import type { PropertyOption } from '../model/analysis.ts'
import type { DefinitionClass, PropertyDefinition, Sensitivity } from '../model/build-analysis.ts'
import { parseAnswer } from './parse-answer.ts'
import { readOptional } from './read-optional.ts'

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)

/** HubSpot leaves out `hubspotDefined` on custom properties, `archived` on most built-in ones. */
const definitionSchema = z.object({
  name: text,
  label: text,
  description: text,
  groupName: text,
  type: text,
  fieldType: text,
  options: z
    .array(z.object({ value: text, label: text, hidden: flag }).transform(toOption))
    .nullish()
    .transform((options) => options ?? []),
  calculated: flag,
  externalOptions: flag,
  referencedObjectType: z.string().nullish(),
  hubspotDefined: flag,
  hidden: flag,
  hasUniqueValue: flag,
  dataSensitivity: z.string().nullish(),
  createdAt: z.string().nullish(),
  updatedAt: z.string().nullish(),
  showCurrencySymbol: flag,
  archived: flag,
})

/** Stores `hidden` only if it is true, because analyses list thousands of options. */
function toOption({
  hidden,
  ...option
}: Omit<PropertyOption, 'hidden'> & { readonly hidden: boolean }): PropertyOption {
  return hidden ? { ...option, hidden } : option
}

export const definitionsSchema = z.object({ results: z.array(definitionSchema) })

type ParsedDefinition = z.output<typeof definitionSchema>

export interface ReadDefinitions {
  readonly definitions: readonly PropertyDefinition[]
  /** Classes whose definitions HubSpot refused. */
  readonly unanswered: ReadonlySet<DefinitionClass>
  readonly notes: readonly string[]
}

/**
 * Every property definition of an object type: one answer holds a single sensitivity class, live or archived,
 * so this takes six calls. Throws if HubSpot refuses the live, non-sensitive ones, because there is nothing
 * to explore without them; other refusals become notes.
 */
export async function readDefinitions(
  hubspot: HubSpot,
  objectType: string,
): Promise<ReadDefinitions> {
  const ordinary = await readClass(hubspot, objectType, 'non_sensitive', false)
  const classes: readonly (readonly [Sensitivity, boolean, string])[] = [
    ['non_sensitive', true, 'archived properties'],
    ['sensitive', false, 'sensitive properties'],
    ['sensitive', true, 'archived sensitive properties'],
    ['highly_sensitive', false, 'highly sensitive properties'],
    ['highly_sensitive', true, 'archived highly sensitive properties'],
  ]
  const others = await Promise.all(
    classes.map(([sensitivity, archived, what]) =>
      readOptional(what, readClass(hubspot, objectType, sensitivity, archived)),
    ),
  )
  const unanswered = classes
    .filter((_, index) => others[index]?.answer === null)
    .map(
      ([sensitivity, archived]): DefinitionClass =>
        archived ? `archived ${sensitivity}` : sensitivity,
    )
  return {
    definitions: [...ordinary, ...others.flatMap(({ answer }) => answer ?? [])],
    unanswered: new Set(unanswered),
    notes: others.flatMap(({ note }) => note ?? []),
  }
}

async function readClass(
  hubspot: HubSpot,
  objectType: string,
  sensitivity: Sensitivity,
  archived: boolean,
): Promise<PropertyDefinition[]> {
  const path = hubspot.paths.properties(objectType)
  const body = await hubspot.get(path, {
    dataSensitivity: sensitivity,
    archived: String(archived),
  })
  const { results } = parseAnswer(definitionsSchema, body, path)
  return results.map((definition) => toDefinition(definition, sensitivity))
}

/** `asked` is the class of the request, for definitions that do not name theirs. */
export function toDefinition(parsed: ParsedDefinition, asked: Sensitivity): PropertyDefinition {
  const { groupName, hasUniqueValue, dataSensitivity, referencedObjectType, ...other } = parsed
  const { createdAt, updatedAt, showCurrencySymbol, ...rest } = other
  return {
    ...rest,
    ...(createdAt && { createdAt }),
    ...(updatedAt && { updatedAt }),
    ...(showCurrencySymbol && { showCurrencySymbol }),
    group: groupName,
    unique: hasUniqueValue,
    sensitivity: isSensitivity(dataSensitivity) ? dataSensitivity : asked,
    referencedObjectType: referencedObjectType ?? null,
  }
}

function isSensitivity(text: string | null | undefined): text is Sensitivity {
  return text === 'non_sensitive' || text === 'sensitive' || text === 'highly_sensitive'
}
