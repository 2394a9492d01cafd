import { type Clock, ONE_HOUR_MS, ONE_SECOND_MS } from '#kernel/clock.ts'

const FRESH_MS = ONE_HOUR_MS
/** How long a document is still used while its source does not give a new one, unless another time is named. */
const STALE_MS = 24 * ONE_HOUR_MS
/** After a failure the source is left alone for so long. */
const PAUSE_MS = 5 * ONE_SECOND_MS

export interface Remembered<Document> {
  /** The document: kept while fresh, read once however many want it, taken stale while its source fails. */
  readonly get: () => Promise<Document>
  /** The document read now. */
  readonly renew: () => Promise<Document>
}

/** Remembers what somebody publishes, and for a moment that they did not. */
export const remembered = <Document>(clock: Clock, read: () => Promise<Document>, staleMs = STALE_MS): Remembered<Document> => {
  let kept: { readonly document: Document; readonly at: number } | undefined
  let failed: { readonly error: unknown; readonly at: number } | undefined
  let reading: Promise<Document> | undefined

  const readNow = async (): Promise<Document> => {
    try {
      const document = await read()
      kept = { document, at: clock.now() }
      failed = undefined
      return document
    } catch (error) {
      failed = { error, at: clock.now() }
      throw error
    } finally {
      reading = undefined
    }
  }
  const renew = (): Promise<Document> => {
    reading ??= readNow()
    return reading
  }
  const youngerThan = <One extends { readonly at: number }>(ms: number, one: One | undefined): One | undefined =>
    one && clock.now() - one.at < ms ? one : undefined
  const staleOr = (error: unknown): Document => {
    const stale = youngerThan(staleMs, kept)
    if (stale) return stale.document
    throw error
  }
  const get = async (): Promise<Document> => {
    const fresh = youngerThan(FRESH_MS, kept)
    if (fresh) return fresh.document
    const pause = youngerThan(PAUSE_MS, failed)
    return pause ? staleOr(pause.error) : renew().catch(staleOr)
  }
  return { get, renew }
}
