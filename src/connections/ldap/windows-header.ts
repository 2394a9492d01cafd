import type { Networks } from '#lib/networks.ts'
import type { Testimony, Witness } from './windows-witness.ts'

interface HeaderSource {
  /** In lower case. */
  readonly header: string
  readonly proxies: Networks
}

const MOST_CHARACTERS = 320

/**
 * A proxy's word for who is there, taken from the listed ones alone: the other end of the socket decides, never what a
 * message says of its way. Node joins repeated headers by a comma, which is in no name.
 */
export const headerWitness =
  ({ header, proxies }: HeaderSource): Witness =>
  async (visit) => {
    if (!proxies.contain(visit.peer)) return refused('not a listed proxy')
    const said = visit.header(header)
    if (!said) return refused('no header')
    return isOne(said) ? { kind: 'principal', principal: said } : refused('header')
  }

const isOne = (said: string): boolean => said.length <= MOST_CHARACTERS && !said.includes(',')

const refused = (reason: string): Testimony => ({ kind: 'refused', reason })
