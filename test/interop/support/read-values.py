"""Prints what expat reads: for each file on a line the issuer and every attribute value, UTF-8 in hex, one space between."""
import sys
from xml.parsers import expat

SAML = 'urn:oasis:names:tc:SAML:1.0:assertion '


def values(path):
    found, inside = [], False

    def start(name, attributes):
        nonlocal inside
        if name == SAML + 'Assertion':
            found.append(attributes['Issuer'])
        if name == SAML + 'AttributeValue':
            found.append('')
            inside = True

    def end(name):
        nonlocal inside
        inside = inside and name != SAML + 'AttributeValue'

    def text(data):
        if inside:
            found[-1] += data

    parser = expat.ParserCreate(namespace_separator=' ')
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    with open(path, 'rb') as document:
        parser.ParseFile(document)
    return found


for path in sys.stdin.read().splitlines():
    print(' '.join(value.encode().hex() for value in values(path)))
