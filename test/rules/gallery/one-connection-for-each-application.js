function (user, context, callback) {
  const allowed = (context.clientMetadata || {}).connections;
  const isAllowed = !allowed || allowed.split(',').includes(context.connection);
  const aliases = context.connectionOptions.domain_aliases || [];
  const domain = user.email.split('@')[1];
  if (!isAllowed) return callback(new UnauthorizedError('Not with ' + context.connection));
  if (context.connectionOptions.tenant_domain !== domain && !aliases.includes(domain)) return callback('Access denied');
  user.place = [context.tenant, context.connectionID, context.connectionMetadata.region].join('/');
  callback(null, user, context);
}
