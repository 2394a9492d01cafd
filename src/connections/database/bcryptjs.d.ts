/** The part of the package we use; it brings no types of its own. */
declare module 'bcryptjs' {
  const bcrypt: {
    readonly compare: (text: string, encoded: string) => Promise<boolean>
    readonly hashSync: (text: string, rounds: number) => string
  }
  export = bcrypt
}
