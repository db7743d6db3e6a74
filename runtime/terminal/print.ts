import { asTyped, launcherOf } from './launcher.ts'
import { wrapLines } from './wrap-lines.ts'

/** `process.stdout`, `process.stderr`, or a test's collector. */
export interface PrintOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** Width of the terminal; 0 if it has no size, e.g. under `expect`. */
  readonly columns?: number
}

/** The default width of a terminal. */
const usualColumns = 80

/** The width of a terminal; the default one if it has no size. */
export function columnsOf({ columns = 0 }: Pick<PrintOutput, 'columns'>): number {
  return columns > 0 ? columns : usualColumns
}

/** Prints lines for people to standard output; JSON for programs is written as it is. */
export function print(text: string): void {
  printTo(process.stdout, text)
}

/** Prints lines for people to standard error. */
export function printError(text: string): void {
  printTo(process.stderr, text)
}

/**
 * Ends the text with a newline. Its commands begin as the user has to type them. A terminal gets lines that
 * break between words; a pipe gets every line whole.
 */
export function printTo(output: PrintOutput, text: string): void {
  const typed = asTyped(
    text,
    launcherOf(process.env, process.argv[1]),
    process.env['HUBGEN_PORTAL'],
  )
  const lines = output.isTTY === true ? wrapLines(typed, columnsOf(output)) : typed
  output.write(`${lines}\n`)
}
