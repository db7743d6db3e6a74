/** Whether Postgres takes it as an id: they come from addresses, where anything may stand. */
export function isRunId(text: string): boolean {
  return /^[0-9]{1,18}$/.test(text)
}
