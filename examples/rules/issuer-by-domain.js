// Several federated domains in one tenant: Microsoft wants a different issuer for each of them.
// configuration.ISSUERS: {"fabrikam.example":"urn:fabrikam.example","second.example":"urn:second.example"}
// The relying party has to list the issuer for that domain, too: Usher uses no other.
function issuerByDomain(user, context, callback) {
  const issuers = new Map(Object.entries(JSON.parse(configuration.ISSUERS)));
  const domain = String(user.upn || user.email || '').split('@').pop().toLowerCase();
  const issuer = issuers.get(domain);
  // Without one the issuer in the settings is used.
  if (issuer) context.samlConfiguration.issuer = issuer;
  callback(null, user, context);
}
