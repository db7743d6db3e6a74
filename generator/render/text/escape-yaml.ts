import { visibleJson, visibleText } from './escape-text.ts'

/** A quoted scalar on one line. dbt fills in `{{ … }}` also in quoted text, so these marks are taken apart. */
export function yamlText(text: string): string {
  const plain = visibleText(text)
    .replace(/\{(?=[{%#])/g, '{ ')
    .replace(/(?<=[}%#])\}/g, ' }')
  return visibleJson(plain)
}

/** Text after `#`. */
export function yamlComment(text: string): string {
  return visibleText(text)
}
