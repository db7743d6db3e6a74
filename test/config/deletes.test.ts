import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chooseBrake } from '../../generator/config/choose-brake.ts'
import { readConfig } from '../../generator/config/read-config.ts'
import { temporaryDirectory } from '../support/temporary-directory.ts'

const deals = { entity: 'deals', table: 'deal', objectType: { id: '0-3', name: 'deals' } }
const contacts = {
  entity: 'contacts',
  table: 'contact',
  objectType: { id: '0-1', name: 'contacts' },
}

async function read(deletes: unknown) {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'hubgen.config.mjs')
  await writeFile(file, `export default ${JSON.stringify({ deletes })}`)
  return await readConfig(directory.path)
}

describe('deletes', () => {
  it('says nothing by default', async () => {
    expect(chooseBrake(null, deals)).toBeUndefined()
    expect(chooseBrake(await read({ contacts: { brake: false } }), deals)).toBeUndefined()
  })

  it('may be set for every entity at once', async () => {
    const config = await read({ brake: { percent: 50, records: 10 } })
    expect(chooseBrake(config, deals)).toEqual({ percent: 50, records: 10 })
    expect(chooseBrake(await read({ brake: false }), deals)).toBe(false)
  })

  it('or of one, which wins over `*` bound by bound', async () => {
    const config = await read({ deal: { brake: { percent: 5 } }, '*': { brake: { records: 7 } } })
    expect(chooseBrake(config, deals)).toEqual({ percent: 5, records: 7 })
    expect(chooseBrake(config, contacts)).toEqual({ records: 7 })
  })

  it('refuses what is no bound, and names what was meant', async () => {
    const failure = await read({
      deals: { brake: { percent: 200 } },
      contacts: { brake: true, brakes: 1 },
    }).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID' })
    const message = String((failure as Error).message)
    expect(message).toContain('deletes.deals.brake')
    expect(message).toContain(
      'deletes.contacts.brake: takes `{ percent: 20, records: 100 }`, or `false` for none',
    )
    expect(message).toContain('deletes.contacts: `brakes` is not a setting; did you mean `brake`?')
  })
})
