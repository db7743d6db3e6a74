/** Whether the text is a run id; ids come from URLs and may contain anything. */
export function isRunId(text: string): boolean {
  return /^[0-9]{1,18}$/.test(text)
}
