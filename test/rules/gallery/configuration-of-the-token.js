function (user, context, callback) {
  if (context.clientID !== configuration.OFFICE_CLIENT_ID) return callback(null, user, context);
  var domain = user.upn ? user.upn.split('@')[1] : 'fabrikam.example';
  context.samlConfiguration.issuer = 'urn:' + domain;
  context.samlConfiguration.audience = 'urn:federation:MicrosoftOnline';
  context.samlConfiguration.lifetimeInSeconds = 600;
  context.samlConfiguration.createUpnClaim = false;
  context.samlConfiguration.passthroughClaimsWithNoMapping = false;
  context.samlConfiguration.mapUnknownClaimsAsIs = false;
  context.samlConfiguration.mapIdentities = false;
  context.samlConfiguration.signatureAlgorithm = 'rsa-sha256';
  context.samlConfiguration.digestAlgorithm = 'sha256';
  context.samlConfiguration.nameIdentifierFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified';
  context.samlConfiguration.wctx = context.request.query.wctx;
  callback(null, user, context);
}
