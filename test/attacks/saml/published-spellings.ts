import { deflateRawSync } from 'node:zlib'
import { type Loose, made, named, setAttribute, theFirst } from './loose.ts'
import { CEO, edited, namesTheCeo, type Published, respelled } from './published.ts'

const name = (markup: string) =>
  edited((root) => {
    theFirst(root, 'NameID').children = [markup]
  })

/** Another element has the assertion's ID, by another attribute. */
const withIdAgain = (attribute: string) =>
  edited((root) => {
    const [assertion] = named(root, 'Assertion')
    const id = assertion?.node.attributes.find(([one]) => one === 'ID')?.[1] ?? ''
    setAttribute(theFirst(root, 'Status'), attribute, id)
  })

const NAME_ID = />a-0001</

/** In the assertion's own text: what a digest does not see and a reader does. */
const truncations: readonly Published[] = [
  ['CVE-2017-11427, python-saml', 'a-0001<!---->.evil.example'],
  ['CVE-2017-11428, ruby-saml', '<!---->a-0001'],
  ['CVE-2017-11429, saml2-js', 'a-<!-- -->0001'],
  ['CVE-2017-11430, omniauth-saml', 'a-0001<!--.evil.example-->'],
  ['CVE-2018-0489, Shibboleth', 'a-0001<!-- --><!-- -->'],
  ['CVE-2018-7340, Duo', 'a<!---->-<!---->0001'],
].map(([advisory, text]) => ({ name: `a comment cuts the name (${advisory})`, make: name(text ?? ''), reason: 'xml comment' }))

/** Tricks with the way that XML is read. */
export const publishedSpellings: readonly Published[] = [
  ...truncations,
  { name: 'a comment between attributes of the person', make: respelled('>staff<', '>staff<!---->x<'), reason: 'xml comment' },
  { name: 'a comment in the audience', make: respelled('</saml:Audience>', '<!-- --></saml:Audience>'), reason: 'xml comment' },
  { name: 'a comment before the document', make: ({ xml }) => `<!-- -->${xml}`, reason: 'xml comment' },
  {
    name: 'an instruction cuts the name (CVE-2026-57580, authentik)',
    make: name('a-0001<?x?>.evil.example'),
    reason: 'xml processing_instruction',
  },
  { name: 'an instruction is text in a canonical form (xml-crypto)', make: name('<?x a-0001?>'), reason: 'xml processing_instruction' },
  { name: 'a CDATA section cuts the name', make: name('<![CDATA[a-0001]]>.evil.example'), reason: 'xml cdata' },
  { name: 'an element cuts the name', make: name('a-0001<x/>.evil.example'), reason: 'xml signature' },
  { name: 'a document type (CVE-2013-4517, Apache Santuario Java)', make: ({ xml }) => `<!DOCTYPE x>${xml}`, reason: 'xml doctype' },
  {
    name: 'an external entity (CVE-2016-10149, PySAML2; CVE-2024-52806, SimpleSAMLphp)',
    make: ({ xml }) => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${xml.replace(NAME_ID, '>&e;<')}`,
    reason: 'xml doctype',
  },
  {
    name: 'a parameter entity that is fetched',
    make: ({ xml }) => `<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1:9/x.dtd">%e;]>${xml}`,
    reason: 'xml doctype',
  },
  {
    name: 'an ID by its type in a document type, and another by its name',
    make: ({ xml }) => `<!DOCTYPE x [<!ATTLIST saml:Assertion evil ID #IMPLIED>]>${xml}`,
    reason: 'xml doctype',
  },
  {
    name: 'a default value of an attribute that only one reader adds',
    make: ({ xml }) => `<!DOCTYPE x [<!ATTLIST saml:NameID NameQualifier CDATA "evil">]>${xml}`,
    reason: 'xml doctype',
  },
  {
    name: 'an entity in an ID, resolved by one of two (CVE-2025-23369, GitHub Enterprise)',
    make: ({ xml }) => `<!DOCTYPE x [<!ENTITY id "_x">]>${xml.replace(/ID="[^"]*"/, 'ID="&id;"')}`,
    reason: 'xml doctype',
  },
  { name: 'an entity that nobody declared', make: name('a-0001&evil;'), reason: 'xml entity' },
  {
    name: 'two roots, one for each reader (CVE-2022-39299, node-saml; CVE-2022-39353, xmldom)',
    make: ({ xml }) => `${xml}<evil/>`,
    reason: 'xml markup',
  },
  {
    name: 'two roots, the forged one first',
    make: (sample) => edited(namesTheCeo)(sample) + sample.xml,
    reason: 'xml markup',
  },
  {
    name: 'a document type that hides a second document (CVE-2025-25291, ruby-saml)',
    make: (sample) => `<!DOCTYPE x [<!NOTATION a SYSTEM '<!--'><!NOTATION b SYSTEM '>'>]>${edited(namesTheCeo)(sample)}<!-- --><x/>`,
    reason: 'xml doctype',
  },
  {
    name: 'a declaration of a namespace within a document type (CVE-2025-25292, ruby-saml)',
    make: ({ xml }) => `<!DOCTYPE x [<!ATTLIST Signature xmlns CDATA #FIXED "urn:evil">]>${xml}`,
    reason: 'xml doctype',
  },
  {
    name: 'an attribute declared for one reader, redeclared for the other (CVE-2020-29509, Go)',
    make: edited((root) => theFirst(root, 'NameID').attributes.push([':Format', 'urn:evil'])),
    reason: 'xml markup',
  },
  { name: 'a directive with a comment in it (CVE-2020-29510, Go)', make: ({ xml }) => `<!x<!-- -->y>${xml}`, reason: 'xml doctype' },
  {
    name: 'an element whose prefix is empty (CVE-2020-29511, Go; CVE-2020-26290, Dex)',
    make: respelled('<saml:NameID', '<:NameID'),
    reason: 'xml markup',
  },
  { name: 'a name with two colons (CVE-2020-27846, crewjam/saml)', make: respelled(/saml:NameID/g, 'saml:x:NameID'), reason: 'xml markup' },
  {
    name: 'an attribute twice, one for each reader (CVE-2021-21366, xmldom)',
    make: edited((root) => theFirst(root, 'Assertion').attributes.push(['ID', '_evil'])),
    reason: 'xml attribute_repeated',
  },
  {
    name: 'an attribute twice by two prefixes',
    make: edited((root) => {
      const nameId = theFirst(root, 'NameID')
      nameId.attributes.push(['xmlns:a', 'urn:a'], ['xmlns:b', 'urn:a'], ['a:x', '1'], ['b:x', '2'])
    }),
    reason: 'xml attribute_repeated',
  },
  {
    name: 'an attribute by a prefix passes for one without (CVE-2025-66567, ruby-saml)',
    make: edited((root) => {
      const assertion = theFirst(root, 'Assertion')
      assertion.attributes.push(['samlp:ID', '_evil'])
    }),
    reason: 'xml id_repeated',
  },
  {
    name: 'a relative namespace, which canonical form has no answer to (CVE-2025-66568, ruby-saml)',
    make: edited((root) => setAttribute(theFirst(root, 'Subject'), 'xmlns:r', '../relative')),
    reason: 'xml namespace',
  },
  {
    name: 'a namespace declared away',
    make: edited((root) => setAttribute(theFirst(root, 'Signature'), 'xmlns', '')),
    reason: 'xml namespace',
  },
  { name: 'the prefix xml rebound', make: edited((root) => setAttribute(root, 'xmlns:xml', 'urn:evil')), reason: 'xml namespace' },
  {
    name: 'a prefix that means something else further down',
    make: edited((root) => setAttribute(theFirst(root, 'Subject'), 'xmlns:saml', 'urn:evil')),
    reason: 'xml namespace',
  },
  { name: 'an ID by xml:id for one reader', make: withIdAgain('xml:id'), reason: 'xml id_repeated' },
  { name: 'an ID by Id for one reader', make: withIdAgain('Id'), reason: 'xml id_repeated' },
  { name: 'an ID by AssertionID for one reader', make: withIdAgain('AssertionID'), reason: 'xml id_repeated' },
  {
    name: 'an assertion with the ID in other letters',
    make: edited((root) => {
      const assertion = theFirst(root, 'Assertion')
      assertion.attributes = assertion.attributes.map(([one, value]) => [one === 'ID' ? 'iD' : one, value])
      namesTheCeo(root)
    }),
    reason: 'xml reference',
  },
  { name: 'a NUL ends the name (strings in C)', make: name('a-0001\0.evil.example'), reason: 'xml character' },
  { name: 'a reference to NUL', make: name('a-0001&#0;.evil.example'), reason: 'xml entity' },
  { name: 'a character past Unicode', make: name('a-0001&#x110041;'), reason: 'xml entity' },
  { name: 'a line end of XML 1.1 in the name', make: name('a-0001\u0085'), reason: 'xml signature' },
  { name: 'letters that look alike', make: name('а-0001'), reason: 'xml signature' },
  { name: 'full-width letters that are folded', make: name('ａ-0001'), reason: 'xml signature' },
  { name: 'white space around the name', make: name(' a-0001 '), reason: 'xml signature' },
  { name: 'XML 1.1, whose line ends and controls differ', make: ({ xml }) => `<?xml version="1.1"?>${xml}`, reason: 'xml declaration' },
  { name: 'UTF-16 past a filter for UTF-8', make: ({ xml }) => Buffer.from(`\uFEFF${xml}`, 'utf16le'), reason: 'encoding' },
  { name: 'UTF-7 past a filter', make: ({ xml }) => `<?xml version="1.0" encoding="UTF-7"?>${xml}`, reason: 'xml encoding' },
  { name: 'a mark of byte order', make: ({ xml }) => `\uFEFF${xml}`, reason: 'xml encoding' },
  {
    name: 'an overlong spelling of <',
    make: ({ xml }) => Buffer.concat([Buffer.from([0xc0, 0xbc]), Buffer.from(xml)]),
    reason: 'encoding',
  },
  { name: 'compressed, as for the other binding', make: ({ xml }) => deflateRawSync(xml), reason: 'encoding' },
  {
    name: 'an element for styles',
    make: ({ xml }) => `<?xml-stylesheet href="http://127.0.0.1:9/"?>${xml}`,
    reason: 'xml processing_instruction',
  },
  {
    name: 'an inclusion (XInclude)',
    make: edited((root) => {
      const inclusion = made('xi:include', { 'xmlns:xi': 'http://www.w3.org/2001/XInclude', href: 'file:///etc/passwd', parse: 'text' })
      theFirst(root, 'NameID').children = [inclusion]
    }),
    reason: 'xml signature',
  },
  {
    name: 'text around elements, put together by a careless reader',
    make: edited((root) => {
      const subject: Loose = theFirst(root, 'Subject')
      subject.children.push(CEO)
    }),
    reason: 'xml signature',
  },
]
