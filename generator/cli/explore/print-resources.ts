import { styleText } from 'node:util'
import { print } from '../../../runtime/terminal/print.ts'
import { countOf } from '../../../runtime/words/numbers-as-text.ts'
import type { ProbedResource, ResourceReport } from '../../explore/explore-resources.ts'
import { visibleText } from '../../render/text/escape-text.ts'

/** Prints what each resource is, and whether this key and this portal have it. */
export function printResources(
  { path, outcome, probed }: ResourceReport,
  format: 'text' | 'json',
  directory: string,
): void {
  if (format === 'json') {
    for (const resource of probed) {
      process.stdout.write(`${JSON.stringify({ event: 'resource', ...resource })}\n`)
    }
    return
  }
  for (const resource of probed) print(describe(resource))
  print(
    `${countOf(probed.length, 'resource')}  ${path}${outcome === 'unchanged' ? ' (unchanged)' : ''}`,
  )
  const option = directory === 'generated' ? '' : ` -d ${directory}`
  if (probed.some(({ refused }) => refused === null)) {
    print(`next: ${styleText('cyan', `hubgen generate portal${option}`)}`)
  }
}

function describe({ name, title, version, until, refused, reason }: ProbedResource): string {
  const head = `${styleText('bold', name)}  ${title}`
  if (refused !== null) return `${head}\n  skipped: ${visibleText(reason ?? refused)}`
  const end = until === null ? '' : `, which HubSpot supports until ${until}`
  return `${head}\n  API version ${version}${end}`
}
