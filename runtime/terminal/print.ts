import { asTyped, launcherOf } from './launcher.ts'
import { wrapLines } from './wrap-lines.ts'

/** `process.stdout`, `process.stderr`, or a test's collector. */
export interface PrintOutput {
  write(text: string): unknown
  readonly isTTY?: boolean
  /** Width of the terminal. */
  readonly columns?: number
}

/** The default width of a terminal. */
export const usualColumns = 80

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
  const typed = asTyped(text, launcherOf(process.env, process.argv[1]))
  const lines = output.isTTY === true ? wrapLines(typed, output.columns ?? usualColumns) : typed
  output.write(`${lines}\n`)
}
