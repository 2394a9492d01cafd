function (user, context, callback) {
  const request = require('request');
  const { DOMParser } = require('xmldom');
  const xpath = require('xpath');
  request.post({
    url: configuration.SOAP_URL + '/soap',
    body: '<Envelope><Body><GetRoles><Name>' + user.nickname + '</Name></GetRoles></Body></Envelope>',
    headers: { 'Content-Type': 'text/xml; charset=utf-8', SOAPAction: 'GetRoles' }
  }, function (error, response, body) {
    if (error) return callback(error);
    const answer = new DOMParser().parseFromString(body);
    context.idToken['https://fabrikam.example/old-roles'] = xpath.select("//*[local-name(.)='Role']", answer).map((node) => node.textContent);
    callback(null, user, context);
  });
}
