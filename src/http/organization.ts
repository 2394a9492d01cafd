/** Who invites people here, and where they find help and small print. */
export interface Organization {
  /** What people call it. */
  readonly name: string
  /** A page or a `mailto:` address. */
  readonly helpUrl?: string
  readonly privacyUrl?: string
  readonly termsUrl?: string
}
