import { insertAt, type Loose, made, named, remove, replace, setAttribute, theFirst } from './loose.ts'
import { CEO, edited, forged, namesTheCeo, type Published, respelled, unsigned } from './published.ts'

const PROTOCOL = 'urn:oasis:names:tc:SAML:2.0:protocol'

const ofResponse = { kind: 'response signed' } as const

/** A forged response around what a signed response was. */
const aroundResponse = (hide: (evil: Loose, original: Loose, signature: Loose) => void) =>
  edited((root) => {
    const original = { ...root, children: [...root.children] }
    const signature = theFirst(root, 'Signature')
    const kept = unsigned(original)
    const evil = forged(original)
    hide(evil, kept, signature)
    Object.assign(root, evil)
  })

/** A forged assertion beside, around or within the signed one. */
const aroundAssertion = (hide: (root: Loose, evil: Loose, original: Loose) => void) =>
  edited((root) => {
    const original = theFirst(root, 'Assertion')
    hide(root, forged(original), original)
  })

const withId = (element: Loose, id: string): Loose => {
  setAttribute(element, 'ID', id)
  return element
}

/** Signature wrapping, as "On Breaking SAML" (2012) numbers it, and what was found by it since. */
export const publishedWrappings: readonly Published[] = [
  {
    name: 'XSW1: the signed response hangs in the signature of a forged one',
    ...ofResponse,
    make: aroundResponse((evil, original, signature) => {
      signature.children.push(original)
      insertAt(evil, 1, signature)
    }),
    reason: 'something out of place',
  },
  {
    name: 'XSW2: the signed response stands before its detached signature in a forged one',
    ...ofResponse,
    make: aroundResponse((evil, original, signature) => {
      insertAt(evil, 1, original)
      insertAt(evil, 2, signature)
    }),
    reason: 'something else in Response',
  },
  {
    name: 'XSW3: a forged assertion stands before the signed one',
    make: aroundAssertion((root, evil, original) => replace(root, original, evil, original)),
    reason: '2 of Assertion in Response',
  },
  {
    name: 'XSW4: a forged assertion holds the signed one',
    make: aroundAssertion((root, evil, original) => {
      replace(root, original, evil)
      evil.children.push(original)
    }),
    reason: 'something out of place',
  },
  {
    name: 'XSW5: the signature is in the forged assertion, the signed one stands behind',
    make: aroundAssertion((root, evil, original) => {
      insertAt(evil, 1, theFirst(original, 'Signature'))
      replace(root, original, evil, unsigned(original))
    }),
    reason: '2 of Assertion in Response',
  },
  {
    name: 'XSW6: the signature is in the forged assertion and holds the signed one',
    make: aroundAssertion((root, evil, original) => {
      const signature = theFirst(original, 'Signature')
      const kept = unsigned(original)
      signature.children.push(kept)
      insertAt(evil, 1, signature)
      replace(root, original, evil)
    }),
    reason: 'something out of place',
  },
  {
    name: 'XSW7: the forged assertion hangs in Extensions before the signed one',
    make: aroundAssertion((root, evil, original) => replace(root, original, made('samlp:Extensions', {}, evil), original)),
    reason: 'something else in Response',
  },
  {
    name: 'XSW8: the signed assertion hangs in an Object of the signature of the forged one',
    make: aroundAssertion((root, evil, original) => {
      const signature = theFirst(original, 'Signature')
      const kept = unsigned(original)
      signature.children.push(made('Object', {}, kept))
      insertAt(evil, 1, signature)
      replace(root, original, evil)
    }),
    reason: 'something out of place',
  },
  {
    name: 'XSW9: the signed response hangs in an Object of the signature of a forged one',
    ...ofResponse,
    make: aroundResponse((evil, original, signature) => {
      signature.children.push(made('Object', {}, original))
      insertAt(evil, 1, signature)
    }),
    reason: 'something out of place',
  },
  {
    name: 'the same ID twice: the forged assertion has the ID of the signed one (CVE-2016-5697, ruby-saml)',
    make: aroundAssertion((root, evil, original) => {
      const [id = ''] = original.attributes.filter(([name]) => name === 'ID').map(([, value]) => value)
      replace(root, original, withId(evil, id), original)
    }),
    reason: 'xml id_repeated',
  },
  {
    name: 'all assertions believed for the first signature (CVE-2021-28091, Lasso)',
    make: aroundAssertion((root, evil) => root.children.push(evil)),
    reason: '2 of Assertion in Response',
  },
  {
    name: 'the signed element is not the one that is read (CVE-2020-5390, PySAML2)',
    make: aroundAssertion((root, evil, original) => {
      const subject = theFirst(evil, 'Subject')
      subject.children.push(made('saml:SubjectConfirmation', {}, original))
      replace(root, original, evil)
    }),
    reason: 'something out of place',
  },
  {
    name: 'an answer that no schema allows hides the signed one (CVE-2021-21238, PySAML2)',
    make: aroundAssertion((root, evil, original) => {
      replace(root, original, evil)
      theFirst(root, 'Status').children.push(made('samlp:StatusDetail', {}, original))
    }),
    reason: 'something out of place',
  },
  {
    name: 'where the signature stands decides what it covers (CVE-2024-8698, Keycloak)',
    make: aroundAssertion((root, evil, original) => {
      const signature = theFirst(original, 'Signature')
      remove(original, signature)
      replace(root, original, evil)
      insertAt(root, 1, signature)
      theFirst(root, 'Status').children.push(original)
    }),
    reason: 'something out of place',
  },
  {
    name: 'a signature anywhere in the document counts for the assertion (CVE-2017-16897, passport-wsfed-saml2)',
    make: aroundAssertion((root, evil, original) => {
      replace(root, original, evil)
      root.children.push(made('samlp:Extensions', {}, original))
    }),
    reason: 'something else in Response',
  },
  {
    name: 'a signed document of the provider, such as its metadata, vouches for an answer (CVE-2024-6800, GitHub Enterprise)',
    make: aroundAssertion((root, evil, original) => {
      const document = made(
        'EntityDescriptor',
        { xmlns: 'urn:oasis:names:tc:SAML:2.0:metadata', ID: '_metadata' },
        theFirst(original, 'Signature'),
      )
      replace(root, original, evil)
      insertAt(root, 1, document)
    }),
    reason: 'something else in Response',
  },
  {
    name: 'XSW by XPath: Signature found anywhere, the assertion by its path (CVE-2025-47949, samlify)',
    make: aroundAssertion((root, evil, original) => {
      insertAt(evil, 1, made('saml:Advice', {}, original))
      replace(root, original, evil)
    }),
    reason: 'something out of place',
  },
  {
    name: 'what is decrypted is not what was signed (CVE-2024-9487, GitHub Enterprise)',
    kind: 'assertion signed and encrypted',
    make: edited((assertion) => Object.assign(assertion, forged(assertion))),
    reason: 'unsigned',
  },
  {
    name: 'an encrypted assertion whose signature is of another (CVE-2024-4985, GitHub Enterprise)',
    kind: 'assertion signed and encrypted',
    make: edited((assertion) => {
      const signature = theFirst(assertion, 'Signature')
      Object.assign(assertion, forged(assertion))
      insertAt(assertion, 1, signature)
    }),
    reason: 'xml reference',
  },
  {
    name: 'encrypted: the signed assertion hangs within the forged one',
    kind: 'assertion signed and encrypted',
    make: edited((assertion) => {
      const original = { ...assertion, children: [...assertion.children] }
      Object.assign(assertion, forged(assertion))
      assertion.children.push(original)
    }),
    reason: 'something else in Assertion',
  },
  {
    name: 'two assertions, one signed (CVE-2022-41912, crewjam/saml)',
    make: aroundAssertion((root, evil, original) => replace(root, original, original, evil)),
    reason: '2 of Assertion in Response',
  },
  {
    name: 'a response in a response',
    make: edited((root) => {
      const inner = { ...root, children: [...root.children] }
      Object.assign(root, forged(root))
      root.children.push(inner)
    }),
    reason: 'something else in Response',
  },
  {
    name: 'an assertion of no namespace before the signed one',
    make: aroundAssertion((root, evil, original) => replace(root, original, { ...evil, name: 'Assertion' }, original)),
    reason: 'something else in Response',
  },
  {
    name: 'a second name in the subject',
    make: edited((root) => insertAt(theFirst(root, 'Subject'), 0, made('saml:NameID', {}, CEO))),
    reason: 'xml signature',
  },
  {
    name: 'the signature is of the assertion, and the response is not looked at (CVE-2025-46572, passport-wsfed-saml2)',
    ...ofResponse,
    make: edited((root) => {
      const { node } = named(root, 'Signature')[0] ?? { node: root }
      remove(root, node)
      insertAt(theFirst(root, 'Assertion'), 1, node)
      namesTheCeo(root)
    }),
    reason: 'xml reference',
  },
  {
    name: 'the data of a signed assertion replaced outside of it (CVE-2025-54419, node-saml)',
    ...ofResponse,
    make: edited((root) => {
      namesTheCeo(root)
    }),
    reason: 'xml signature',
  },
  {
    name: 'the root by another name with the response in it',
    make: ({ xml }) => `<samlp:ArtifactResponse xmlns:samlp="${PROTOCOL}">${xml}</samlp:ArtifactResponse>`,
    reason: 'Response',
  },
  {
    name: 'names that differ in case (a reader that does not care)',
    make: respelled(/saml:Assertion/g, 'saml:assertion'),
    reason: 'something else in Response',
  },
]
