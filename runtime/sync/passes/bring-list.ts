import type { HubgenCode } from '../../errors.ts'
import type { AnswerItems } from '../../hubspot/answer-items.ts'
import { hasRowsLeft, haveTables, type WholeTable } from '../../postgres/load/bring-rows.ts'
import type { PassContext, PassResult } from '../pass.ts'
import { refusalOf } from './read-optional.ts'

/** A list that HubSpot returns in full, and the tables that are made equal to it. */
export interface WholeList {
  /** The name used in messages: `owners`. */
  readonly what: string
  /** The first table has one row per item of the list. */
  readonly tables: readonly [WholeTable, ...WholeTable[]]
  readonly codes: {
    readonly tableMissing: HubgenCode
    readonly empty: HubgenCode
    readonly incomplete: HubgenCode
  }
  /** The tables as messages name them, and the command that creates them. */
  readonly missing: { readonly tables: string; readonly fix: string }
  /** The name used in messages for an empty list: `no pipeline`. */
  readonly nothing: string
  read(): Promise<AnswerItems>
  /** A portal always has at least one item, so an empty list does not prove that known items are gone. */
  isNone(read: AnswerItems): boolean
  /** Returns a description of what the answer lacks; null if it was complete. */
  write(read: AnswerItems): Promise<string | null>
}

/**
 * Reads a list and writes its tables. If the answer is refused, empty or incomplete, a notice reports it,
 * the pass counts as skipped, and existing rows stay as they are.
 */
export async function bringList(
  { commit, emit }: PassContext,
  list: WholeList,
): Promise<PassResult> {
  const { what, tables, codes, missing } = list
  const skip = (code: HubgenCode, message: string, fix: string): PassResult => {
    emit({ type: 'notice', code, message, fix })
    return { skipped: `${code}: ${message}` }
  }
  if (!(await commit((transaction) => haveTables(transaction, tables)))) {
    const message = `${what} not read: there is no table ${missing.tables}`
    return skip(codes.tableMissing, message, missing.fix)
  }
  let isEmpty = false
  let lacks: string | null = null
  const refusal = await refusalOf(what, emit, async () => {
    const read = await list.read()
    isEmpty = list.isNone(read) && (await commit((one) => hasRowsLeft(one, tables[0])))
    if (!isEmpty) lacks = await list.write(read)
  })
  if (isEmpty) {
    return skip(
      codes.empty,
      `HubSpot lists ${list.nothing}, and the table has some: it stays as it is`,
      'check what the key may read; the next run asks again',
    )
  }
  if (lacks !== null) {
    return skip(
      codes.incomplete,
      `HubSpot's answer lacks ${lacks}: rows that are missing from it stay as they are`,
      'nothing to do here: the next run asks again; if the problem persists, report it to HubSpot',
    )
  }
  return refusal === null ? {} : { skipped: refusal }
}
