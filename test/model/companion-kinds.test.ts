import { expectTypeOf, test } from 'vitest'
import type { CompanionRowType, SyncFacts } from '../../generator/model/companion.ts'
import type { CompanionKind } from '../../generator/model/companion-names.ts'
import type {
  AssociationColumns,
  HistoryColumns,
  MergeColumns,
  PipelineColumns,
  PipelineStageColumns,
} from '../../runtime/companion-columns.ts'
import type { CompanionFacts } from '../../runtime/entity.ts'

/** The facts of the kinds that `entity.ts` states. */
type StatedFacts = {
  readonly [Kind in CompanionKind as SyncFacts[Kind] extends null ? never : Kind]?:
    | SyncFacts[Kind]
    | undefined
}

interface RowTypes {
  AssociationColumns: AssociationColumns<'deal_id', 'contact_id'>
  MergeColumns: MergeColumns<'deal_id', 'merged_deal_id'>
  PipelineColumns: PipelineColumns
  PipelineStageColumns: PipelineStageColumns
  HistoryColumns: HistoryColumns<'deal_id'>
}

// `tsc` checks this: the model may not import the runtime.
test('what entity.ts states of companion tables is what the runtime takes', () => {
  expectTypeOf<StatedFacts>().toEqualTypeOf<CompanionFacts>()
})

test('every companion table has a row type in the runtime', () => {
  expectTypeOf<keyof RowTypes>().toEqualTypeOf<CompanionRowType>()
})
