import { columnsOf, type PrintOutput } from './print.ts'

/** A line that is overwritten in place. */
export interface ProgressLine {
  draw(text: string): void
  /** Removes it; call it before printing anything else. */
  clear(): void
}

/** Shown on a terminal only, and cut to its width: the rest of a wrapped line would stay. */
export function openProgressLine(output: PrintOutput): ProgressLine {
  let isShown = false
  return {
    draw(text) {
      if (output.isTTY !== true) return
      isShown = true
      // One column less than the window, because a full line makes some terminals wrap.
      output.write(`\r${cutText(text, columnsOf(output) - 1)}\x1b[K`)
    },
    clear() {
      if (isShown) output.write('\r\x1b[K')
      isShown = false
    },
  }
}

function cutText(text: string, columns: number): string {
  const characters = [...text]
  return characters.length <= columns ? text : `${characters.slice(0, columns - 1).join('')}…`
}
