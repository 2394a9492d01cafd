/** One value of BER (X.690) with a tag of one octet, as LDAP uses it. */
export interface Tlv {
  readonly tag: number
  readonly value: Buffer
}

/** Reads values that follow one another; what is not whole yet is left over. */
export const readAll = (octets: Buffer): { readonly all: readonly Tlv[]; readonly rest: Buffer } => {
  const all: Tlv[] = []
  let offset = 0
  for (;;) {
    const size = sizeAt(octets, offset)
    if (!size || offset + size.head + size.length > octets.length) return { all, rest: octets.subarray(offset) }
    const start = offset + size.head
    all.push({ tag: octets.readUInt8(offset), value: octets.subarray(start, start + size.length) })
    offset = start + size.length
  }
}

const sizeAt = (octets: Buffer, offset: number): { readonly head: number; readonly length: number } | undefined => {
  if (octets.length < offset + 2) return undefined
  const first = octets.readUInt8(offset + 1)
  if (first < 0x80) return { head: 2, length: first }
  const count = first - 0x80
  if (octets.length < offset + 2 + count) return undefined
  return { head: 2 + count, length: octets.readUIntBE(offset + 2, count) }
}

/** What is inside of a sequence or set. */
export const inside = ({ value }: Tlv): readonly Tlv[] => readAll(value).all

/** The number in an integer or enumeration. */
export const numberIn = (tlv: Tlv | undefined): number => (tlv && tlv.value.length > 0 ? tlv.value.readIntBE(0, tlv.value.length) : 0)

export const textIn = (tlv: Tlv | undefined): string => tlv?.value.toString('utf8') ?? ''

const lengthOf = (length: number): Buffer => {
  if (length < 0x80) return Buffer.from([length])
  const octets = Buffer.alloc(4)
  octets.writeUInt32BE(length)
  return Buffer.concat([Buffer.from([0x84]), octets])
}

export const tlv = (tag: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const value = Buffer.concat(parts.map((part) => Buffer.from(part)))
  return Buffer.concat([Buffer.from([tag]), lengthOf(value.length), value])
}

/** A small number: a message id, a result code. */
export const smallNumber = (tag: number, value: number): Buffer => {
  const octets = Buffer.alloc(4)
  octets.writeInt32BE(value)
  return tlv(tag, octets)
}
