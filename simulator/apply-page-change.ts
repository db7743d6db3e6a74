import type { Context, ListPage } from './context.ts'
import type { Fault } from './fault.ts'
import type { ObjectType, Property } from './store.ts'

/**
 * Changes the portal as a fault demands. Without an id, an update changes the page's first record (already
 * read, so only a catch-up finds it), a deletion removes the record at the cursor, and a merge merges that
 * one into the first. Does nothing if there is no such record.
 */
export function applyPageChange(context: Context, fault: Fault, page: ListPage): void {
  const { store } = context
  const typeId = page.type.typeId
  const readId = fault.id ?? page.ids[0]
  const comingId = fault.id ?? page.nextId ?? page.ids.at(-1)
  switch (fault.kind) {
    case 'record_created':
      store.create(typeId, fault.properties ?? {})
      return
    case 'record_updated':
      if (readId !== undefined) store.update(typeId, readId, updatedValues(fault, page.type))
      return
    case 'record_deleted':
      if (comingId !== undefined) store.archive(typeId, comingId)
      return
    case 'record_merged':
      mergeRecords(context, fault, page, readId)
      return
    case 'property_added':
      store.addProperty(typeId, addedProperty(context, fault, typeId))
      return
    case 'property_archived':
      store.archiveProperty(typeId, fault.property ?? lastCustomProperty(context, typeId))
      return
    case 'property_retyped':
      store.retypeProperty(
        typeId,
        fault.property ?? lastCustomProperty(context, typeId),
        fault.type ?? 'string',
        fault.fieldType ?? 'text',
      )
      return
    default:
      fault.change?.(store)
  }
}

function updatedValues(fault: Fault, type: ObjectType): Readonly<Record<string, string>> {
  return fault.properties ?? { [type.primaryDisplayProperty]: 'Changed between pages' }
}

function mergeRecords(
  context: Context,
  fault: Fault,
  page: ListPage,
  primaryId: string | undefined,
): void {
  const mergedId = fault.mergedId ?? page.nextId ?? page.ids[1]
  if (primaryId === undefined || mergedId === undefined || primaryId === mergedId) return
  context.store.merge(page.type.typeId, primaryId, mergedId, { newId: fault.newId === true })
}

function addedProperty(context: Context, fault: Fault, typeId: string): Property {
  const group = context.store.groups(typeId)[0]
  return newProperty({
    name: fault.property ?? 'added_between_pages',
    label: 'Added between pages',
    type: fault.type ?? 'string',
    fieldType: fault.fieldType ?? 'text',
    groupName: group?.name ?? '',
    createdAt: new Date(context.clock.nowMs()).toISOString(),
  })
}

/** A custom property as 2026-09 returns it right after its creation. */
export function newProperty(
  given: Pick<Property, 'name' | 'label' | 'type' | 'fieldType' | 'groupName'> & Partial<Property>,
): Property {
  return {
    description: '',
    options: [],
    displayOrder: -1,
    calculated: false,
    externalOptions: false,
    archived: false,
    hasUniqueValue: false,
    hidden: false,
    modificationMetadata: { archivable: true, readOnlyDefinition: false, readOnlyValue: false },
    formField: false,
    dataSensitivity: 'non_sensitive',
    ...(given.createdAt === undefined ? {} : { updatedAt: given.createdAt }),
    ...given,
  }
}

/** The property to archive if none is named: a user-defined one, because HubSpot would allow that. */
function lastCustomProperty(context: Context, typeId: string): string {
  const live = context.store
    .properties(typeId)
    .filter((property) => property.archived !== true && property.hubspotDefined !== true)
  return live.at(-1)?.name ?? ''
}
