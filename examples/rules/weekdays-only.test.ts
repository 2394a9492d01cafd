import { mock } from 'node:test'
import { tryExample } from '../../test/rules/try-example.ts'

// A Friday evening in London, where in Sofia Saturday has begun.
mock.timers.enable({ apis: ['Date'], now: Date.UTC(2026, 10, 20, 22, 30) })

const rule = 'weekdays-only'
const at = (OFFICE_TIME_ZONE: string) => ({ OFFICE_TIME_ZONE, WEEKDAY_CLIENT_ID: 'office365' })

await tryExample([
  { rule, when: 'still Friday', configuration: at('Europe/London'), expects: {} },
  {
    rule,
    when: 'Saturday already',
    configuration: at('Europe/Sofia'),
    expects: { denied: { message: 'This application is open from Monday to Friday.', isRefusal: true } },
  },
  { rule, when: 'another application', configuration: { ...at('Europe/Sofia'), WEEKDAY_CLIENT_ID: 'another' }, expects: {} },
  {
    rule,
    when: 'a time zone that is none',
    configuration: at('Europe/Nowhere'),
    expects: { denied: { message: /Invalid time zone/, isRefusal: false } },
  },
])
