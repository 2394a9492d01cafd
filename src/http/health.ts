/** Whether this process should be sent visits. */
export interface Health {
  /** False, or a rejection, takes it out of rotation. */
  readonly isReady: () => Promise<boolean>
}
