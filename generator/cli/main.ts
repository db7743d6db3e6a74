#!/usr/bin/env node
import { reportFailure } from '../../runtime/terminal/report-failure.ts'
import { checkNode } from './check-node.ts'

// The rest is imported only after the check: an older Node fails to load it with an unhelpful message.
const unsupported = checkNode(process.versions.node)
if (unsupported === undefined) {
  const { runProgram } = await import('./run-program.ts')
  await runProgram()
} else {
  process.exitCode = reportFailure(unsupported)
}
