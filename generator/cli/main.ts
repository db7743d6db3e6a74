#!/usr/bin/env node
import { reportFailure } from '../../runtime/terminal/report-failure.ts'
import { checkRuntime } from './check-node.ts'

// The rest is imported only after the check: an older Node, or Bun, fails to load it with an unhelpful message.
const unsupported = checkRuntime(process.versions)
if (unsupported === undefined) {
  const { runProgram } = await import('./run-program.ts')
  await runProgram()
} else {
  process.exitCode = reportFailure(unsupported)
}
