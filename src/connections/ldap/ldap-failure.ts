/** Why a directory could not be asked. The reason is for the log: plain words, nothing that came over the wire. */
export class LdapFailure extends Error {
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.name = 'LdapFailure'
    this.reason = reason
  }
}

/** A server took what was said, and then said nothing. */
export class Silence extends LdapFailure {
  constructor() {
    super('no answer in time')
    this.name = 'Silence'
  }
}

const certificateReasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'certificate expired',
  CERT_NOT_YET_VALID: 'certificate not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate of another host',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'certificate of an unknown authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'certificate of an unknown authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'certificate of an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT: 'certificate of an unknown authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'certificate of an unknown authority',
  CERT_SIGNATURE_FAILURE: 'certificate of an unknown authority',
  CERT_REVOKED: 'certificate revoked',
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'host name unknown',
  EAI_AGAIN: 'host name unknown',
}

/** Anything that happened on the way to a directory, in words. */
export const toLdapFailure = (error: unknown, otherwise: string): LdapFailure => {
  if (error instanceof LdapFailure) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return new LdapFailure(certificateReasons[code] ?? otherwise)
}
