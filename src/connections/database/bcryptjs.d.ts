/** The part of the package we use; it brings no types of its own. */
declare module 'bcryptjs' {
  const bcrypt: {
    readonly compareSync: (text: string, encoded: string) => boolean
    readonly hashSync: (text: string, rounds: number) => string
  }
  export = bcrypt
}
