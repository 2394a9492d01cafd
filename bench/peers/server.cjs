// Auth0's own WS-Federation library as its README sets it up, with the claims and the key Usher is measured with.
const express = require('express')
const wsfed = require('wsfed')

process.stdin.setEncoding('utf8')
let settings = ''
process.stdin.on('data', (part) => (settings += part))
process.stdin.on('end', () => start(JSON.parse(settings)))

const CLAIMS = 'http://schemas.xmlsoap.org/claims'
const IMMUTABLE_ID = 'http://schemas.microsoft.com/LiveID/Federation/2008/05/ImmutableID'

function start({ key, certificate, issuer, replyUrl }) {
  const profile = { userPrincipalName: 'guest.1@guests.contoso.example', immutableId: 'abcdefghijklmnopqrstuvwxyz' }
  const mapper = () => ({
    getClaims: () => ({ [`${CLAIMS}/UPN`]: profile.userPrincipalName, [IMMUTABLE_ID]: profile.immutableId }),
    getNameIdentifier: () => ({ nameIdentifier: profile.immutableId }),
  })
  const app = express()
  app.use((request, _response, next) => {
    request.user = profile
    next()
  })
  app.get(
    '/wsfed',
    wsfed.auth({
      issuer,
      cert: certificate,
      key,
      signatureAlgorithm: 'rsa-sha256',
      digestAlgorithm: 'sha256',
      lifetime: 300,
      profileMapper: mapper,
      getPostURL: (_realm, _reply, _request, callback) => callback(null, replyUrl),
    }),
  )
  const server = app.listen(0, '127.0.0.1', () => process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`))
}
