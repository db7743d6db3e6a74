import pg from 'pg'

const { builtins } = pg.types

/** `2026-03-04 05:06:07.89+00`: our sessions are in UTC and write dates as ISO does. */
const ordinaryInstant = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?)\+00$/
/** The driver's own, as it was when this module was loaded: `infinity`, years before Christ and beyond 9999. */
const readOtherInstant = pg.types.getTypeParser(builtins.TIMESTAMPTZ)

/** Dates stay text: a JavaScript Date would move them by a time zone. */
const parsers = new Map<number, (text: string) => unknown>([
  [builtins.INT8, String],
  [builtins.NUMERIC, String],
  [builtins.DATE, String],
  [builtins.TIMESTAMPTZ, readInstant],
  [builtins.JSON, JSON.parse],
  [builtins.JSONB, JSON.parse],
])

/**
 * How values of our connections are read, whatever else is in the process: the parsers of `pg.types` are the same
 * for everybody who uses the driver, and programs replace them, usually those for bigint and times.
 */
export const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid, format) =>
  (format === 'binary' ? undefined : parsers.get(oid)) ?? pg.types.getTypeParser(oid, format)

function readInstant(text: string): unknown {
  const [, day, time] = ordinaryInstant.exec(text) ?? []
  return day === undefined ? readOtherInstant(text) : new Date(`${day}T${time}Z`)
}
