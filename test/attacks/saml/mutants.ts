import type { Outcome, Sample } from './arena.ts'
import { contentEdits, namespaceEdits } from './content-edits.ts'
import { type Dice, diceOf } from './dice.ts'
import { looseOf, markupOf } from './loose.ts'
import { signatureEdits } from './signature-edits.ts'
import { envelopes, respellings } from './spellings.ts'
import { type Edit, wrappings } from './wrappings.ts'

/** A good answer made wrong, and what was done to it. */
export interface Mutant {
  readonly done: readonly string[]
  /** The message; undefined where the form around it was changed. */
  readonly xml: string | Uint8Array | undefined
  readonly post: () => Promise<Outcome>
}

const EDITS: readonly Readonly<Record<string, Edit>>[] = [wrappings, signatureEdits, contentEdits, namespaceEdits]
const MOST_EDITS = 3

const oneIn = <Kind>(table: Readonly<Record<string, Kind>>, dice: Dice): readonly [string, Kind] => dice.oneOf(Object.entries(table))

/** What comes of a sample and a number: mostly one change of its parts, at times up to three, or of its text, or of its base64. */
export const mutantOf = (sample: Sample, seed: number): Mutant => {
  const dice = diceOf(seed)
  if (dice.isLucky(25)) return envelopeOf(sample, dice)
  const root = looseOf(sample.xml)
  const done: string[] = []
  const isRespelled = dice.isLucky(4)
  const edits = isRespelled && dice.isLucky(2) ? 0 : 1 + (dice.isLucky(3) ? dice.below(MOST_EDITS) : 0)
  for (let edit = 0; edit < edits; edit += 1) {
    const [what, change] = oneIn(dice.oneOf(EDITS), dice)
    done.push(what)
    tolerant(() => change({ root, others: sample.others.map(looseOf), dice }))
  }
  const edited = markupOf(root)
  if (!isRespelled) return { done, xml: edited, post: () => sample.post(edited) }
  const [what, respell] = oneIn(respellings, dice)
  const xml = respell(edited, dice)
  return { done: [...done, what], xml, post: () => sample.post(xml) }
}

/** A change that finds nothing left to change changes nothing: an earlier one took it away. */
const tolerant = (change: () => void): void => {
  try {
    change()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
  }
}

const envelopeOf = (sample: Sample, dice: Dice): Mutant => {
  const [what, wrap] = oneIn(envelopes, dice)
  const values = wrap(Buffer.from(sample.xml).toString('base64'), dice)
  return { done: [what], xml: undefined, post: () => sample.postValue(...values) }
}
