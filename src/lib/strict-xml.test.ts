import assert from 'node:assert/strict'
import { test } from 'node:test'
import { attributeOf, elementsIn, isNamed, MESSAGE_LIMITS, meaningOf, readStrictly, type StrictElement, textIn } from './strict-xml.ts'
import { type XmlRefusal, XmlRefused } from './xml-refused.ts'

const refusesWith = (reason: XmlRefusal) => (error: unknown) => {
  assert.ok(error instanceof XmlRefused, String(error))
  assert.equal(error.reason, reason)
  assert.equal(error.message, reason, 'nothing of what was sent is repeated')
  return true
}

const firstIn = (element: StrictElement): StrictElement => {
  const [first] = elementsIn(element)
  assert.ok(first)
  return first
}

test('elements are known by their namespaces, whatever their prefixes', () => {
  const root = readStrictly('<a:one xmlns:a="urn:a" xmlns="urn:d"><two b="2" a:b="3"/></a:one>')
  assert.ok(isNamed(root, 'urn:a', 'one'))
  const two = firstIn(root)
  assert.ok(isNamed(two, 'urn:d', 'two'))
  assert.equal(attributeOf(two, 'b'), '2', 'an attribute without a prefix has no namespace')
  assert.equal(attributeOf(two, 'b', 'urn:a'), '3')
  assert.equal(attributeOf(two, 'c'), undefined)
})

test('text and values mean what XML 1.0 says', () => {
  const root = readStrictly('<a b="x\r\n\ty&#10;&apos;">1\r\n2\r3 &lt;&amp;&gt;&#x41;&#128512;\u2028&#13;</a>')
  assert.equal(textIn(root), '1\n2\n3 <&>A😀\u2028\r')
  assert.equal(attributeOf(root, 'b'), "x  y\n'")
})

test('bytes and text are read alike, with a declaration or without', () => {
  const plain = readStrictly('<a>ü</a>')
  const others = [
    Buffer.from('<a>ü</a>'),
    '<?xml version="1.0"?><a>ü</a>',
    "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\r\n<a>ü</a >\n ",
    Buffer.from('<?xml version="1.0" encoding="UTF-8"?><a>ü</a>'),
  ]
  for (const one of others) assert.deepEqual(readStrictly(one), plain)
})

test('nothing in it can be changed', () => {
  const root = readStrictly('<a b="1"><c/></a>')
  for (const part of [root, root.children, root.attributes, root.attributes[0], root.children[0]]) assert.ok(Object.isFrozen(part))
})

const N = MESSAGE_LIMITS
const refusals: Readonly<Record<string, readonly [string | Uint8Array, XmlRefusal]>> = {
  nothing: ['', 'markup'],
  'text alone': ['hello', 'markup'],
  'a document too large': [`<a>${'x'.repeat(N.bytes)}</a>`, 'size'],
  'a document too large in bytes alone': [`<a>${'ü'.repeat(N.bytes / 2)}</a>`, 'size'],
  'bytes too many': [Buffer.alloc(N.bytes + 1, 'a'), 'size'],
  'a byte order mark': ['\uFEFF<a/>', 'encoding'],
  'the bytes of a byte order mark': [Buffer.from('\uFEFF<a/>'), 'encoding'],
  'UTF-16': [Buffer.from('\uFEFF<a/>', 'utf16le'), 'encoding'],
  'UTF-16 without a mark': [Buffer.from('<a/>', 'utf16le'), 'character'],
  'Latin 1': [Buffer.from('<a>ü</a>', 'latin1'), 'encoding'],
  'an overlong spelling': [Buffer.from([0x3c, 0x61, 0xc0, 0xaf, 0x3e]), 'encoding'],
  'a lone surrogate': ['<a>\uD800</a>', 'encoding'],
  'another encoding by its own word': ['<?xml version="1.0" encoding="UTF-7"?><a/>', 'encoding'],
  'an encoding with two names': ['<?xml version="1.0" encoding="utf-8" encoding="utf-7"?><a/>', 'encoding'],
  'XML 1.1': ['<?xml version="1.1"?><a/>', 'declaration'],
  'a declaration without an end': ['<?xml version="1.0"', 'declaration'],
  'a declaration after a space': [' <?xml version="1.0"?><a/>', 'processing_instruction'],
  'a second declaration': ['<?xml version="1.0"?><?xml version="1.0"?><a/>', 'processing_instruction'],
  'a NUL': ['<a>\0</a>', 'character'],
  'a U+FFFE': ['<a>\uFFFE</a>', 'character'],
  'a document type': ['<!DOCTYPE a><a/>', 'doctype'],
  'a document type in small letters': ['<!doctype a><a/>', 'doctype'],
  'a declaration of an entity': ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'doctype'],
  'a comment': ['<a>b<!---->c</a>', 'comment'],
  'a comment before it': ['<!-- --><a/>', 'comment'],
  'a comment after it': ['<a/><!-- -->', 'comment'],
  'a comment in a value': ['<a b="<!-- -->"/>', 'comment'],
  'a CDATA section': ['<a><![CDATA[b]]></a>', 'cdata'],
  'a processing instruction': ['<a>b<?c d?></a>', 'processing_instruction'],
  'a processing instruction after it': ['<a/><?c?>', 'processing_instruction'],
  'another entity': ['<a>&nbsp;</a>', 'entity'],
  'an ampersand': ['<a>b & c</a>', 'entity'],
  'an ampersand in a value': ['<a b="c&d"/>', 'entity'],
  'a reference without an end': ['<a>&#65</a>', 'entity'],
  'a reference to NUL': ['<a>&#0;</a>', 'entity'],
  'a reference to a control': ['<a>&#8;</a>', 'entity'],
  'a reference to a surrogate': ['<a>&#xD800;</a>', 'entity'],
  'a reference to U+FFFF': ['<a b="&#xFFFF;"/>', 'entity'],
  'a reference past Unicode': ['<a>&#x110000;</a>', 'entity'],
  'a reference with a capital X': ['<a>&#X41;</a>', 'entity'],
  'an entity of capitals': ['<a>&LT;</a>', 'entity'],
  'two roots': ['<a/><b/>', 'markup'],
  'text after the root': ['<a/>b', 'markup'],
  'text before the root': ['b<a/>', 'markup'],
  'a no-break space after the root': ['<a/>\u00a0', 'markup'],
  'no end': ['<a><b></b>', 'markup'],
  'a wrong end': ['<a></b>', 'markup'],
  'an end in other letters': ['<a></A>', 'markup'],
  'ends crossed': ['<a><b></a></b>', 'markup'],
  'an end too many': ['<a/></a>', 'markup'],
  'an end with an attribute': ['<a></a b="c">', 'markup'],
  'a tag without an end': ['<a', 'markup'],
  'a space before a name': ['< a/>', 'markup'],
  'a value without quotes': ['<a b=c/>', 'markup'],
  'a value without an end': ['<a b="c/>', 'markup'],
  'an attribute without a value': ['<a b/>', 'markup'],
  'attributes without a space between': ['<a b="c"d="e"/>', 'markup'],
  'a tag in a value': ['<a b="<c>"/>', 'markup'],
  'the end of a CDATA section in text': ['<a>b]]>c</a>', 'markup'],
  'a slash too early': ['<a/ b="c">', 'markup'],
  'a name of other letters': ['<é/>', 'markup'],
  'a name with two prefixes': ['<a:b:c xmlns:a="urn:a"/>', 'markup'],
  'a name without an end': ['<a:/>', 'markup'],
  'a very long name': [`<${'a'.repeat(129)}/>`, 'name'],
  'elements too deep': [`${'<a>'.repeat(N.depth + 1)}${'</a>'.repeat(N.depth + 1)}`, 'depth'],
  'too many elements': [`<a>${'<b/>'.repeat(N.nodes)}</a>`, 'nodes'],
  'too many texts': [`<a>${'<b/>x'.repeat(N.nodes / 2)}</a>`, 'nodes'],
  'too many attributes in all': [`<a>${'<b c=""/>'.repeat(N.nodes / 2)}</a>`, 'nodes'],
  'too many attributes': [`<a ${Array.from({ length: N.attributes + 1 }, (_, n) => `a${n}=""`).join(' ')}/>`, 'attributes'],
  'too many namespaces in one place': [
    `<a ${Array.from({ length: 50 }, (_, n) => `xmlns:a${n}="urn:a"`).join(' ')}><b ${Array.from({ length: 50 }, (_, n) => `xmlns:b${n}="urn:b"`).join(' ')}/></a>`,
    'namespace',
  ],
  'an attribute twice': ['<a b="1" b="2"/>', 'attribute_repeated'],
  'an attribute twice by two prefixes': ['<a xmlns:p="urn:a" xmlns:q="urn:a" p:b="1" q:b="2"/>', 'attribute_repeated'],
  'a declaration twice': ['<a xmlns:p="urn:a" xmlns:p="urn:a"/>', 'attribute_repeated'],
  'a prefix nobody declared': ['<p:a/>', 'namespace'],
  'a prefix of an attribute that nobody declared': ['<a p:b=""/>', 'namespace'],
  'a prefix declared elsewhere': ['<a><b xmlns:p="urn:p"/><p:c/></a>', 'namespace'],
  'a prefix that means two things': ['<a xmlns:p="urn:p"><b xmlns:p="urn:q"/></a>', 'namespace'],
  'a relative namespace': ['<a xmlns="b"/>', 'namespace'],
  'a relative namespace of a prefix': ['<a xmlns:p="./b"/>', 'namespace'],
  'an empty namespace': ['<a xmlns="urn:a"><b xmlns=""/></a>', 'namespace'],
  'an empty namespace of a prefix': ['<a xmlns:p=""/>', 'namespace'],
  'a namespace with a space': ['<a xmlns="urn:a "/>', 'namespace'],
  'a namespace with a line end': ['<a xmlns="urn:a&#10;"/>', 'namespace'],
  'a namespace of other letters': ['<a xmlns="urn:é"/>', 'namespace'],
  'xml rebound': ['<a xmlns:xml="urn:a"/>', 'namespace'],
  'xml declared as itself': ['<a xmlns:xml="http://www.w3.org/XML/1998/namespace"/>', 'namespace'],
  'the namespace of xml by another prefix': ['<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', 'namespace'],
  'xmlns declared': ['<a xmlns:xmlns="http://www.w3.org/2000/xmlns/"/>', 'namespace'],
  'the namespace of xmlns by default': ['<a xmlns="http://www.w3.org/2000/xmlns/"/>', 'namespace'],
  'what only looks like a declaration': ['<a xmlnsb="c"/>', 'name'],
  'an element called xmlns': ['<xmlns/>', 'name'],
  'an element of xml': ['<xml:lang/>', 'name'],
  'xml:base': ['<a xml:base="http://evil.example/"/>', 'name'],
  'an identifier twice': ['<a ID="1"><b ID="1"/></a>', 'id_repeated'],
  'an identifier twice by two names': ['<a ID="1"><b Id="1"/></a>', 'id_repeated'],
  'an identifier twice by xml:id': ['<a ID="1"><b xml:id="1"/></a>', 'id_repeated'],
  'an identifier twice by AssertionID': ['<a ID="1"><b AssertionID="1"/></a>', 'id_repeated'],
  'an identifier twice by wsu:Id': ['<a id="1" xmlns:w="urn:w"><b w:Id="1"/></a>', 'id_repeated'],
  'an identifier twice by references': ['<a ID="1"><b ID="&#49;"/></a>', 'id_repeated'],
  'two identifiers of one element': ['<a ID="1" Id="2"/>', 'id_repeated'],
}

for (const [what, [source, reason]] of Object.entries(refusals))
  test(`${what} is refused`, () => {
    assert.throws(() => readStrictly(source), refusesWith(reason))
  })

test('what is just within the limits is read', () => {
  const attributes = Array.from({ length: N.attributes }, (_, n) => `a${n}=""`).join(' ')
  const within = [
    `${'<a>'.repeat(N.depth)}${'</a>'.repeat(N.depth)}`,
    `<a>${'<b/>'.repeat(N.nodes - 1)}</a>`,
    `<a ${attributes}/>`,
    `<a>${'x'.repeat(N.bytes - '<a></a>'.length)}</a>`,
    '<a xml:lang="de" xml:space="preserve" xml:id="b" xmlenc="c"/>',
    '<a ID="1" InResponseTo="1"><b ID="2"/></a>',
  ]
  for (const text of within) assert.ok(readStrictly(text), text.slice(0, 80))
})

test('elements and text do not pass for one another', () => {
  assert.throws(() => textIn(readStrictly('<a>admin<b/>@acme</a>')), refusesWith('markup'))
  assert.throws(() => elementsIn(readStrictly('<a>x<b/></a>')), refusesWith('markup'))
  assert.equal(elementsIn(readStrictly('<a> <b/>\n<c/></a>')).length, 2)
  assert.equal(textIn(readStrictly('<a/>')), '')
})

test('meaning is all but the spelling', () => {
  const meaning = (text: string) => meaningOf(readStrictly(text))
  const one = meaning('<p:a xmlns:p="urn:a" b="1" c="2">x<p:d/></p:a>')
  assert.equal(meaning("<a c='2' b='&#49;' xmlns='urn:a'>&#x78;<d></d></a>"), one)
  const others = [
    '<p:a xmlns:p="urn:b" b="1" c="2">x<p:d/></p:a>',
    '<p:a xmlns:p="urn:a" b="1" c="3">x<p:d/></p:a>',
    '<p:a xmlns:p="urn:a" b="1" p:c="2">x<p:d/></p:a>',
    '<p:a xmlns:p="urn:a" b="1" c="2">x <p:d/></p:a>',
    '<p:a xmlns:p="urn:a" b="1" c="2"><p:d/>x</p:a>',
    '<p:a xmlns:p="urn:a" b="1" c="2">x<p:d/><p:d/></p:a>',
    '<p:a xmlns:p="urn:a" b="1" c="2">x<p:d>x</p:d></p:a>',
  ]
  for (const other of others) assert.notEqual(meaning(other), one, other)
})
