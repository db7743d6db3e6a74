import { styleText } from 'node:util'
import type { InitializedFile } from '../../project/init-project.ts'
import { moduleTypeFix } from '../../project/module-type.ts'
import type { Variables } from './init-choices.ts'

export interface InitReport {
  readonly done: readonly InitializedFile[]
  readonly variables: Variables
  /** Whether Node would read the generated modules as CommonJS. */
  readonly isCommonJs: boolean
  /** Whether `.env` or the environment has a token. */
  readonly hasToken: boolean
}

const OUTCOMES = {
  written: ['green', 'wrote'],
  extended: ['green', 'added to'],
  kept: ['dim', 'exists'],
  failed: ['yellow', 'no'],
} as const

/** The written files, and the next commands. */
export function describeInit(report: InitReport): string {
  const lines = report.done.map(({ path, outcome, note }) => {
    const [style, word] = OUTCOMES[outcome]
    return `${styleText(style, word.padEnd(8))}  ${path}${note === null ? '' : ` (${note})`}`
  })
  const steps = nextSteps(report).map((step, index) => `${index === 0 ? 'next:' : '     '} ${step}`)
  return [...lines, ...steps].join('\n')
}

function nextSteps({ variables, isCommonJs, hasToken }: InitReport): readonly string[] {
  return [
    ...(isCommonJs ? [moduleTypeFix.replaceAll('`', '')] : []),
    ...(hasToken ? [] : ['set HUBSPOT_API_TOKEN in .env']),
    ...(variables.get('HUBSPOT_API_URL')?.startsWith('http://127.0.0.1:') === true
      ? ['hubgen simulate          # in a second terminal, which stays open']
      : []),
    'hubgen explore --all',
    'hubgen generate --all',
    'hubgen migrate',
    'hubgen sync --all',
  ]
}
