/** Whether this process should be sent visits. */
export interface Health {
  /** False, or a rejection, takes it out of rotation. */
  readonly isReady: () => Promise<boolean>
  /** What keeps rules apart from the machine; undefined while none runs. */
  readonly ruleJail?: () => string | undefined
}
