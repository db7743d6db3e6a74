/**
 * The sentences of a Markdown template: of paragraphs and list items one by one, a table row or a list item without
 * a period as a whole. Headings, code blocks and the heads of tables are left out, and so are the tags of Handlebars
 * that choose or repeat.
 */
export function sentencesOf(template: string): readonly string[] {
  const text = template
    .replaceAll(/^```[\s\S]*?^```$/gm, '')
    .replaceAll(/<!--[\s\S]*?-->/g, '')
    .replaceAll(/^\{\{(#(if|each) [\w.]+|\/(if|each)|else)\}\}$/gm, '')
    .replaceAll(/\{\{(#(if|each) [\w.]+|\/(if|each)|else)\}\}/g, '')
  return splitBlocks(text.split('\n')).flatMap((block) =>
    block.startsWith('|') ? [block] : block.split(/(?<=[.:])\s+(?=[A-Z`*])/),
  )
}

/** Joined lines of paragraphs and list items; one row per table row that is not the head of its table. */
function splitBlocks(lines: readonly string[]): readonly string[] {
  const blocks: string[] = []
  let open = ''
  const close = () => {
    if (open !== '') blocks.push(open)
    open = ''
  }
  for (const [index, line] of lines.entries()) {
    const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line)?.[1]
    if (line.trim() === '' || line.startsWith('#')) close()
    else if (line.startsWith('|')) {
      close()
      const isHead = /^\|[-:|]+\|$/.test(lines[index + 1] ?? '')
      if (!isHead && !/^\|[-:|]+\|$/.test(line)) blocks.push(line)
    } else if (item !== undefined) {
      close()
      open = item
    } else open = `${open} ${line.trim()}`.trim()
  }
  close()
  return blocks
}
