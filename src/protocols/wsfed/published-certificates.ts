/** The certificates relying parties should trust, DER in base64: the active one first. */
export interface PublishedCertificates {
  readonly published: () => readonly string[]
}
