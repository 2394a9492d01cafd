import type { Page } from '#kernel/page.ts'
import { claim } from './claim.ts'
import { chooser } from './chooser.ts'
import { confirm } from './confirm.ts'
import { connectionTest } from './connection-test.ts'
import { finished } from './finished.ts'
import type { Frame, View } from './layout.ts'
import { password } from './password.ts'
import { problem } from './problem.ts'
import { signedOut } from './signed-out.ts'
import { waiting } from './waiting.ts'
import { you } from './you.ts'

/** What a person sees for a page a step decided on. */
export const render = (page: Page, frame: Frame): View => {
  switch (page.name) {
    case 'chooser':
      return chooser(page)
    case 'password':
      return password(page)
    case 'confirm':
      return confirm(page)
    case 'problem':
      return problem(page, frame)
    case 'waiting':
      return waiting(page, frame)
    case 'connection-test':
      return connectionTest(page)
    case 'you':
      return you(page)
    case 'claim':
      return claim(page)
    case 'finished':
      return finished(page)
    case 'signed-out':
      return signedOut(page, frame)
  }
}
