import type { HubgenFolder } from './hubgen-folder.ts'
import type { Verdict } from './judge-copy.ts'
import type { JudgedCopy } from './judged-copy.ts'
import type { Stage } from './stage.ts'

/** The result of one stage. */
export interface StageResult {
  readonly verdict: Verdict
  /** Entities whose run failed, with the reason. */
  readonly failures: readonly string[]
}

/**
 * Changes the portal, runs undisturbed, judges, and continues from there if the copy is right. `atMs` is the
 * time of the changes' stamps; null: now.
 */
export async function runStage(
  copy: JudgedCopy,
  folder: HubgenFolder,
  stage: Stage,
  atMs: number | null = null,
): Promise<StageResult> {
  copy.change(stage, atMs)
  if (stage.config !== undefined) await folder.generate(stage.config, copy.environment)
  if (stage.daysPass !== undefined) await copy.passTime(stage.daysPass)
  const failures: string[] = []
  for (let run = stage.runs ?? 1; run > 0; run -= 1) {
    failures.length = 0
    for (const report of await copy.sync(stage.options)) {
      if (report.outcome === 'succeeded') continue
      failures.push(`${report.entity}: ${report.outcome}, ${report.error?.message}`)
    }
  }
  const verdict = await copy.judge(stage.horizon)
  if (verdict.wrong === 0) copy.settle(stage.horizon)
  return { verdict, failures }
}
