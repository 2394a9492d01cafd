import { connectionConformance, settingsOf } from '../../../test/conformance/connection.ts'
import { CLIENT, ANNA } from '../../../test/support/fake-provider/provider-state.ts'
import { ISSUER, oidcStage, orderOf } from '../../../test/support/oidc-stage.ts'

connectionConformance({
  kind: 'redirect',
  name: 'oidc',
  identity: { issuer: ISSUER, subject: ANNA.sub },
  openWrongly: () => {
    const { type, provider } = oidcStage()
    return {
      open: () => type.open(settingsOf('oidc', { settings: { issuer: ISSUER, clientId: 'usher' } })),
      calls: () => provider.calls.length,
    }
  },
  open: async () => {
    const { connection, provider, clock } = oidcStage()
    return {
      connection,
      order: orderOf(),
      now: clock.now,
      agree: ({ location }) => provider.authorize(location),
      refuse: ({ location }) => provider.refuse(location, 'access_denied'),
      cutOff: () => provider.misbehave({ call: () => Promise.reject(new TypeError('fetch failed')) }),
      secrets: [CLIENT.secret],
    }
  },
})
