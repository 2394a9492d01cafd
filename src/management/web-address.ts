import { z } from 'zod'
import { isLoopbackHost } from '#lib/loopback.ts'

/** An address of somebody else's: https, or on this machine. */
export const webAddress = z
  .url({ protocol: /^https?$/ })
  .refine((text) => text.startsWith('https:') || isLoopbackHost(new URL(text).hostname), 'must be https unless it is on this machine')
