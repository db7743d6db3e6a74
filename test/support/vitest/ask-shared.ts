import { inject } from 'vitest'

/** A result of `global-setup.ts` that the first test to ask for it causes, for all workers. */
export async function askShared(name: 'postgres15' | 'package' | 'bundle'): Promise<string> {
  const answer = await fetch(`${inject('sharedResults')}/${name}`)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
