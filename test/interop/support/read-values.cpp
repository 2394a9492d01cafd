// Prints what Xerces reads: for each file on a line the issuer and every attribute value, UTF-8 in hex, one space between.
// Build: g++ -O1 -o read-values read-values.cpp -lxerces-c
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <xercesc/dom/DOM.hpp>
#include <xercesc/parsers/XercesDOMParser.hpp>
#include <xercesc/sax/HandlerBase.hpp>
#include <xercesc/util/PlatformUtils.hpp>
#include <xercesc/util/TransService.hpp>
#include <xercesc/util/XMLString.hpp>
using namespace xercesc;

static void print(const XMLCh* text) {
  TranscodeToStr utf8(text, "UTF-8");
  for (XMLSize_t at = 0; at < utf8.length(); ++at) std::printf("%02x", utf8.str()[at]);
}

int main() {
  XMLPlatformUtils::Initialize();
  {
    XMLCh* saml = XMLString::transcode("urn:oasis:names:tc:SAML:1.0:assertion");
    XMLCh* assertion = XMLString::transcode("Assertion");
    XMLCh* value = XMLString::transcode("AttributeValue");
    XMLCh* issuer = XMLString::transcode("Issuer");
    HandlerBase throws_on_errors;
    for (std::string path; std::getline(std::cin, path);) {
      XercesDOMParser parser;
      parser.setDoNamespaces(true);
      parser.setErrorHandler(&throws_on_errors);
      parser.parse(path.c_str());
      DOMDocument* document = parser.getDocument();
      print(static_cast<DOMElement*>(document->getElementsByTagNameNS(saml, assertion)->item(0))->getAttribute(issuer));
      DOMNodeList* values = document->getElementsByTagNameNS(saml, value);
      for (XMLSize_t at = 0; at < values->getLength(); ++at) {
        std::printf(" ");
        print(values->item(at)->getTextContent());
      }
      std::printf("\n");
    }
  }
  // The strings above live as long as the program.
  std::fflush(stdout);
  std::_Exit(0);
}
