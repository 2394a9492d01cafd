function (user, context, callback) {
  const sso = context.sso || {};
  const clients = sso.current_clients || [];
  const isSilent = sso.with_auth0 && clients.includes(context.clientID);
  context.idToken['https://fabrikam.example/session'] = [isSilent, sso.with_dbconn, context.sessionID, context.auth0SessionId, context.locale];
  if (context.organization) {
    const { id, name, metadata } = context.organization;
    context.idToken['https://fabrikam.example/organization'] = { id, name, metadata };
  }
  user.client = [user.clientID, user.global_client_id];
  callback(null, user, context);
}
