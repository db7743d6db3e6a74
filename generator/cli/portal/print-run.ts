import { styleText } from 'node:util'
import { print } from '../../../runtime/terminal/print.ts'
import { visibleJson } from '../../render/text/escape-text.ts'
import type { PortalRun } from './portal-runs.ts'

/** Its output under its name, or one JSON object. */
export async function printRun(run: PortalRun, format: 'json' | 'text'): Promise<void> {
  const { portal, exitCode, failure } = run
  if (format === 'text') {
    print(`\n${styleText('bold', portal.name)}`)
    for await (const line of run.lines()) print(line)
    return
  }
  const json = visibleJson({ portal: portal.name, exitCode, ...(failure !== '' && { failure }) })
  process.stdout.write(`${json.slice(0, -1)},"output":[`)
  let jsonSeparator = ''
  for await (const line of run.lines()) {
    const jsonLine = isJson(line) ? line : JSON.stringify(line)
    process.stdout.write(`${jsonSeparator}${jsonLine}`)
    jsonSeparator = ','
  }
  const jsonEnd = ']}\n'
  process.stdout.write(jsonEnd)
}

function isJson(line: string): boolean {
  try {
    return JSON.parse(line) !== undefined
  } catch {
    return false
  }
}
