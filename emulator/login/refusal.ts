/** Microsoft's no: an AADSTS code, and the sentence a person reads with it. */
export class SignInRefused extends Error {
  readonly code: number
  /** Of the page that shows it. */
  readonly status: 200 | 400

  constructor(code: number, message: string, status: 200 | 400 = 200) {
    super(message)
    this.name = 'SignInRefused'
    this.code = code
    this.status = status
  }
}
