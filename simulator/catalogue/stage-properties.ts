import { below, saltOf } from '../population/mix.ts'
import type { Property } from '../store.ts'
import { TYPE_ID } from './object-types.ts'
import { pipelinesOf } from './pipelines.ts'

/** The facts about a record's passage through a stage that stage properties hold. */
export type StageFact = 'entered' | 'exited' | 'latest' | 'cumulative'

interface StagePropertyKind {
  readonly prefix: string
  readonly label: string
  readonly fact: StageFact
  readonly type: string
  readonly fieldType: string
  /** The generation before `v2` is hidden and computed at each read. */
  readonly legacy: boolean
}

const KINDS: readonly StagePropertyKind[] = [
  kind('hs_v2_date_entered_', 'Date entered', 'entered'),
  kind('hs_v2_date_exited_', 'Date exited', 'exited'),
  kind('hs_v2_latest_time_in_', 'Latest time in', 'latest'),
  kind('hs_v2_cumulative_time_in_', 'Cumulative time in', 'cumulative'),
  kind('hs_date_entered_', 'Date entered', 'entered'),
  kind('hs_date_exited_', 'Date exited', 'exited'),
  kind('hs_time_in_', 'Time in', 'latest'),
]

/** Object types whose portals have the older three properties per stage in addition to the newer four. */
const WITH_LEGACY: ReadonlySet<string> = new Set([TYPE_ID.companies, TYPE_ID.tickets])

const GROUP: ReadonlyMap<string, string> = new Map([
  [TYPE_ID.contacts, 'contactlcs'],
  [TYPE_ID.companies, 'companylcs'],
  [TYPE_ID.deals, 'dealstages_properties'],
  [TYPE_ID.tickets, 'ticketstages'],
  [TYPE_ID.vehicles, 'vehicle_information'],
])

export interface StageProperty {
  readonly property: Property
  readonly stageId: string
  readonly fact: StageFact
}

/** The properties that HubSpot adds for every stage of every pipeline. */
export function stagePropertiesOf(typeId: string): StageProperty[] {
  const kinds = KINDS.filter((each) => !each.legacy || WITH_LEGACY.has(typeId))
  return (pipelinesOf(typeId) ?? []).flatMap((pipeline) =>
    pipeline.stages.flatMap((stage) =>
      kinds.map((each) => ({
        property: stageProperty(
          each,
          GROUP.get(typeId) ?? '',
          stage.id,
          `${stage.label} (${pipeline.label})`,
        ),
        stageId: stage.id,
        fact: each.fact,
      })),
    ),
  )
}

/**
 * A stage id as part of a property name, in lower case; a uuid gets ten more digits, other ids only
 * underscores.
 */
function stageSuffix(stageId: string): string {
  const plain = stageId.toLowerCase().replace(/[^a-z0-9]/g, '_')
  return stageId.length === 36 ? `${plain}_${below(saltOf(stageId), 2_147_483_647)}` : plain
}

function kind(prefix: string, label: string, fact: StageFact): StagePropertyKind {
  const legacy = !prefix.startsWith('hs_v2_')
  const timed = fact === 'latest' || fact === 'cumulative'
  const type = timed ? 'number' : 'datetime'
  return {
    prefix,
    label,
    fact,
    type,
    fieldType: legacy ? 'calculation_read_time' : timed ? 'number' : 'date',
    legacy,
  }
}

function stageProperty(
  kindOf: StagePropertyKind,
  groupName: string,
  stageId: string,
  stageLabel: string,
): Property {
  const { prefix, label, type, fieldType, legacy } = kindOf
  return {
    name: `${prefix}${stageSuffix(stageId)}`,
    label: legacy ? `${label} '${stageLabel}'` : `${label} "${stageLabel}"`,
    type,
    fieldType,
    description: '',
    groupName,
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    hasUniqueValue: false,
    hidden: legacy,
    formField: false,
    modificationMetadata: { archivable: true, readOnlyDefinition: true, readOnlyValue: true },
    dataSensitivity: 'non_sensitive',
    hubspotDefined: true,
    createdAt: '2024-01-29T10:17:52.303Z',
    updatedAt: '2024-09-05T17:14:04.747Z',
    ...(type === 'number' ? { numberDisplayHint: 'duration' } : {}),
  }
}
