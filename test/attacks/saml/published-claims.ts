import { BOB } from './arena.ts'
import { attributeIn, copyOf, insertAt, made, named, replace, setAttribute, theFirst } from './loose.ts'
import { edited, type Published, respelled } from './published.ts'

const PAST = '2000-01-01T00:00:00Z'
const FUTURE = '2099-01-01T00:00:00Z'

const changed = (name: string, attribute: string, value: string) => edited((root) => setAttribute(theFirst(root, name), attribute, value))

/** What somebody who holds other answers can put together of them, and what a signature must cover. */
export const publishedClaims: readonly Published[] = [
  { name: "another person's answer to another request", make: ({ others }) => others[1] ?? '', reason: 'InResponseTo' },
  { name: "the same person's answer to another request (login CSRF)", make: ({ others }) => others[2] ?? '', reason: 'InResponseTo' },
  {
    name: "another request's assertion in an answer to this one",
    make: edited((root, { others }) => {
      const foreign = /<saml:Assertion .*<\/saml:Assertion>/s.exec(others[1] ?? '')?.[0] ?? ''
      replace(root, theFirst(root, 'Assertion'), foreign)
    }),
    reason: 'InResponseTo',
  },
  {
    name: "another request's assertion, addressed anew",
    make: edited((root, { others, xml }) => {
      const foreign = /<saml:Assertion .*<\/saml:Assertion>/s.exec(others[1] ?? '')?.[0] ?? ''
      const mine = /InResponseTo="([^"]*)"/.exec(xml)?.[1] ?? ''
      replace(root, theFirst(root, 'Assertion'), foreign.replace(/InResponseTo="[^"]*"/, `InResponseTo="${mine}"`))
    }),
    reason: 'xml signature',
  },
  {
    name: "another person's name in this assertion",
    make: respelled('>a-0001<', `>${BOB.nameId}<`),
    reason: 'xml signature',
  },
  {
    name: "another person's subject, signed for this same request",
    make: edited((root, { others }) => {
      const foreign = /<saml:Subject>.*<\/saml:Subject>/s.exec(others[0] ?? '')?.[0] ?? ''
      replace(theFirst(root, 'Assertion'), theFirst(root, 'Subject'), foreign)
    }),
    reason: 'xml signature',
  },
  {
    name: 'both assertions to this same request',
    make: edited((root, { others }) => {
      const foreign = /<saml:Assertion .*<\/saml:Assertion>/s.exec(others[0] ?? '')?.[0] ?? ''
      insertAt(root, 2, foreign)
    }),
    reason: '2 of Assertion in Response',
  },
  { name: 'a longer life', make: changed('Conditions', 'NotOnOrAfter', FUTURE), reason: 'xml signature' },
  { name: 'a longer life of the confirmation', make: changed('SubjectConfirmationData', 'NotOnOrAfter', FUTURE), reason: 'xml signature' },
  { name: 'an earlier beginning', make: changed('Conditions', 'NotBefore', PAST), reason: 'xml signature' },
  { name: 'a later authentication', make: changed('AuthnStatement', 'AuthnInstant', FUTURE), reason: 'xml signature' },
  { name: 'another recipient', make: changed('SubjectConfirmationData', 'Recipient', 'https://evil.example/'), reason: 'xml signature' },
  { name: 'another destination', make: changed('Response', 'Destination', 'https://evil.example/'), reason: 'Destination' },
  { name: 'no destination', make: respelled(/ Destination="[^"]*"/, ''), reason: 'Destination' },
  { name: 'no request (unsolicited)', make: respelled(/ InResponseTo="[^"]*"/g, ''), reason: 'InResponseTo' },
  {
    name: 'no conditions',
    make: edited((root) => replace(theFirst(root, 'Assertion'), theFirst(root, 'Conditions'))),
    reason: 'xml signature',
  },
  {
    name: 'another audience',
    make: edited((root) => {
      theFirst(root, 'Audience').children = ['https://other.example']
    }),
    reason: 'xml signature',
  },
  {
    name: 'another issuer of the assertion',
    make: edited((root) => {
      theFirst(theFirst(root, 'Assertion'), 'Issuer').children = ['https://evil.example']
    }),
    reason: 'xml signature',
  },
  {
    name: 'another issuer of the response',
    make: edited((root) => {
      theFirst(root, 'Issuer').children = ['https://evil.example']
    }),
    reason: 'Issuer',
  },
  {
    name: 'a better context',
    make: edited((root) => {
      theFirst(root, 'AuthnContextClassRef').children = ['urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken']
    }),
    reason: 'xml signature',
  },
  {
    name: 'a group more',
    make: edited((root) => theFirst(root, 'AttributeStatement').children.push(groupOf('admins'))),
    reason: 'xml signature',
  },
  {
    name: 'attributes that nobody signed',
    make: edited((root) => root.children.push(made('saml:AttributeStatement', {}, groupOf('admins')))),
    reason: 'something else in Response',
  },
  {
    name: 'a second confirmation, easier to fulfill',
    make: edited((root) => theFirst(root, 'Subject').children.push(copyOf(theFirst(root, 'SubjectConfirmation')))),
    reason: 'xml signature',
  },
  {
    name: 'success besides a failure',
    make: edited((root) => insertAt(root, 1, copyOf(theFirst(root, 'Status')))),
    reason: '2 of Status in Response',
  },
  {
    name: 'an assertion of SAML 1.1',
    make: respelled(/urn:oasis:names:tc:SAML:2\.0:assertion/g, 'urn:oasis:names:tc:SAML:1.0:assertion'),
    reason: 'something else in Response',
  },
  {
    name: 'the ID of the response is that of the assertion',
    make: edited((root) => setAttribute(root, 'ID', attributeIn(named(root, 'Assertion')[0]?.node ?? root, 'ID'))),
    reason: 'xml id_repeated',
  },
]

const groupOf = (group: string) => made('saml:Attribute', { Name: 'groups' }, made('saml:AttributeValue', {}, group))
