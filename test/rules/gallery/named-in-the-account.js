function (user, context, callback) {
  user.app_metadata = user.app_metadata || {};
  if (!user.app_metadata.office365UPN) return callback(null, user, context);
  user.upn = user.app_metadata.office365UPN;
  user.inmutableid = user.app_metadata.office365ImmutableId;
  callback(null, user, context);
}
