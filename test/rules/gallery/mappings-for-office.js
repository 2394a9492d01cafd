function (user, context, callback) {
  context.samlConfiguration.mappings = {
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress': 'email',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname': 'user_metadata.called'
  };
  context.samlConfiguration.nameIdentifierProbes = ['http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'];
  callback(null, user, context);
}
