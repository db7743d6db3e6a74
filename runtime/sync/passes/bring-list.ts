import type { HubgenCode } from '../../errors.ts'
import type { AnswerItems } from '../../hubspot/answer-items.ts'
import { hasRowsLeft, haveTables, type WholeTable } from '../../postgres/load/bring-rows.ts'
import type { PassContext, PassResult } from '../pass.ts'
import { refusalOf } from './read-optional.ts'

/** A list that HubSpot answers whole, and the tables that are made equal to it. */
export interface WholeList {
  /** As messages name it: `owners`. */
  readonly what: string
  /** The first one has a row for each item of the list. */
  readonly tables: readonly [WholeTable, ...WholeTable[]]
  readonly codes: {
    readonly tableMissing: HubgenCode
    readonly empty: HubgenCode
    readonly incomplete: HubgenCode
  }
  /** The tables in the words of a message, and what creates them. */
  readonly missing: { readonly tables: string; readonly fix: string }
  /** As messages name a list that says nothing about what is known: `no pipeline`. */
  readonly nothing: string
  read(): Promise<AnswerItems>
  /** A portal always has an item: a list of none says nothing about those that are known. */
  isNone(read: AnswerItems): boolean
  /** Gives what the answer lacks, in words; null where it was whole. */
  write(read: AnswerItems): Promise<string | null>
}

/**
 * Reads a list and writes its tables. Where the answer is refused, empty or incomplete, a notice says so and the pass
 * counts as skipped; rows that are known stay as they are.
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
      'look at what the key may read; the next run asks again',
    )
  }
  if (lacks !== null) {
    return skip(
      codes.incomplete,
      `HubSpot's answer lacks ${lacks}: rows that it does not have stay as they are`,
      'nothing here mends it: the next run asks again; if it stays, report it to HubSpot',
    )
  }
  return refusal === null ? {} : { skipped: refusal }
}
