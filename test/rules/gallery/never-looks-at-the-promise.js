function (user, context, callback) {
  auth0.users.updateAppMetadata(user.user_id, { seenBy: context.clientName });
  auth0.users.updateUserMetadata('auth0|nobody', { forbidden: true });
  callback(null, user, context);
}
