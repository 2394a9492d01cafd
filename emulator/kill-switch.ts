export const killPoints = ['before-commit', 'after-commit', 'holding-answer'] as const
export type KillPoint = (typeof killPoints)[number]

/** Makes this process die at one exact point, so that whoever depends on it can be tried. */
export interface KillSwitch {
  /** The `k`-th time from now that `at` is passed is the last thing this process does. */
  readonly arm: (at: KillPoint, k: number) => void
  readonly pass: (at: KillPoint) => void
}

export const createKillSwitch = (die: () => void): KillSwitch => {
  let armed: { readonly at: KillPoint; readonly left: number } | undefined
  return {
    arm: (at, k) => {
      armed = { at, left: k }
    },
    pass: (at) => {
      if (armed?.at !== at) return
      armed = { at, left: armed.left - 1 }
      if (armed.left > 0) return
      armed = undefined
      die()
    },
  }
}
