const ONE_KEYPRESS_MS = 500

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP; a later one ends the process at once.
 * A terminal sends Ctrl-C to every process of the group and bin/run.cjs passes it on, so two in a moment are one.
 */
export const untilAskedToStop = (): Promise<void> =>
  new Promise((resolve) => {
    let first: number | undefined
    const asked = () => {
      const now = performance.now()
      if (first !== undefined && now - first > ONE_KEYPRESS_MS) process.exit(130)
      first ??= now
      resolve()
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, asked)
  })
