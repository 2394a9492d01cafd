/** What programs of administrators can do. */
export interface Management {
  /** Answers a request below `/api/v2`. Never throws. */
  readonly answer: (request: ManagementRequest) => Promise<ManagementAnswer>
}

export interface ManagementRequest {
  readonly method: string
  /** As it came, with its query. */
  readonly path: string
  /** The header of this name: the only thing that says who asks. */
  readonly authorization?: string
  /** Where it comes from; left out for what does not come from outside. */
  readonly address?: string
  /** JSON, or nothing. */
  readonly body: string
  readonly reference: string
}

export interface ManagementAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Sent as JSON; nothing when left out. */
  readonly body?: object
}
