import { definitionsOf } from './catalogue/definitions.ts'
import { COMMUNICATIONS, customObjectType, OBJECT_TYPES } from './catalogue/object-types.ts'
import { PORTAL } from './catalogue/portal.ts'
import { EMPTY_OBJECT_TYPES } from './catalogue/standard-objects.ts'
import { saltOf } from './population/mix.ts'
import type { OddValues } from './population/oddities.ts'
import { Population } from './population/population.ts'
import { PropertyShelf } from './population/property-shelf.ts'
import { RecordShelf } from './population/record-shelf.ts'
import type { World } from './population/subject.ts'
import { Web } from './population/web.ts'
import { type PortalPart, SimulatedStore } from './simulated-store.ts'
import type { ObjectType, Store } from './store.ts'

/** Default number of records, by object type name. */
const DEFAULT_RECORDS: Readonly<Record<string, number>> = {
  contacts: 2_000,
  companies: 800,
  deals: 1_000,
  tickets: 600,
  line_items: 1_500,
  products: 120,
  calls: 900,
  emails: 1_500,
  meetings: 500,
  notes: 900,
  tasks: 700,
  Vehicle: 150,
}

const DEFAULT_SEED = 20_261_101

export interface StoreOptions {
  /** Another seed gives another portal: other ids and values, the same definitions. */
  readonly seed?: number
  /**
   * Counts by plural name, including archived records; others keep their default.
   */
  readonly records?: Readonly<Partial<Record<string, number>>>
  /** Of records and of labels; default `broken`. */
  readonly oddValues?: OddValues
  /**
   * Whether the portal also has the standard objects without records, as HubSpot's portals do: `present`, the
   * default, or `absent`.
   */
  readonly emptyObjects?: 'present' | 'absent'
  /** The portal's id; 8,100,142 by default. */
  readonly portalId?: number
  /** Names of additional custom objects, which have the properties of the built-in one. */
  readonly customObjects?: readonly string[]
  /**
   * The clock for changes, in ms; by default one that starts at 2026-11-01T00:00:00Z and advances at each
   * reading.
   */
  readonly now?: () => number
}

/**
 * Creates a portal whose records are computed on demand: the same options give the same portal, byte for
 * byte.
 */
export function createStore(options: StoreOptions = {}): Store {
  const counts = { ...DEFAULT_RECORDS, ...options.records }
  const seed = saltOf(String(options.seed ?? DEFAULT_SEED))
  const parts = new Map<string, PortalPart>()
  const further = (options.customObjects ?? []).map(customObjectType)
  const { emptyObjects = 'present' } = options
  const others = [COMMUNICATIONS, ...EMPTY_OBJECT_TYPES].filter(
    ({ name }) => emptyObjects === 'present' || (counts[name] ?? 0) > 0,
  )
  const { portalId = PORTAL.portalId } = options
  const objectTypes = [...OBJECT_TYPES, ...others, ...further].map((type) =>
    qualifiedBy(type, portalId),
  )
  const sizes = new Map(objectTypes.map(({ typeId, name }) => [typeId, counts[name] ?? 0]))
  const size = (typeId: string) => sizes.get(typeId) ?? 0
  const web = new Web(size)
  const oddValues = options.oddValues ?? 'broken'
  const world = worldOf(web, size, (typeId) => parts.get(typeId)?.population)
  for (const objectType of objectTypes) {
    const properties = new PropertyShelf(objectType.typeId, oddValues)
    const population = new Population(objectType, definitionsOf(objectType.typeId).properties, {
      size: size(objectType.typeId),
      seed,
      world,
      oddValues,
    })
    parts.set(objectType.typeId, { population, properties, shelf: new RecordShelf(population) })
  }
  return new SimulatedStore({
    portal: { ...PORTAL, portalId },
    objectTypes,
    parts,
    web,
    now: options.now ?? steadyClock(),
  })
}

/** Custom objects have the portal's id in their qualified name. */
function qualifiedBy(type: ObjectType, portalId: number): ObjectType {
  if (type.fullyQualifiedName === undefined) return type
  const fullyQualifiedName = type.fullyQualifiedName.replace(/^p\d+_/, `p${portalId}_`)
  return { ...type, fullyQualifiedName }
}

function worldOf(
  web: Web,
  size: World['size'],
  population: (typeId: string) => Population | undefined,
): World {
  return {
    size,
    id: (typeId, index) => population(typeId)?.identity.id(index) ?? 0,
    seed: (typeId, index) => population(typeId)?.seed(index) ?? 0,
    primaryCompany: (typeId, index) => web.primaryCompany(typeId, index),
    linkCount: (typeId, index, otherTypeId) => web.count(typeId, index, otherTypeId),
  }
}

const CLOCK_START_MS = Date.parse('2026-11-01T00:00:00Z')
/** Not a whole second, so that stamps have a fraction, as most do. */
const CLOCK_STEP_MS = 1_003

function steadyClock(): () => number {
  let ms = CLOCK_START_MS - CLOCK_STEP_MS
  return () => {
    ms += CLOCK_STEP_MS
    return ms
  }
}
