async function (user, context, callback) {
  const { Auth0RedirectRuleUtilities, Auth0UserUpdateUtilities } = require('@auth0/rule-utilities@0.2.0');
  const redirects = new Auth0RedirectRuleUtilities(user, context, configuration);
  const updates = new Auth0UserUpdateUtilities(user, auth0, 'profiling');
  if (redirects.isRedirectCallback && redirects.queryParams.session_token) {
    try {
      updates.setUserMeta('job', redirects.validateSessionToken().job);
      await updates.updateUserMeta();
    } catch (error) {
      return callback(error);
    }
    return callback(null, user, context);
  }
  if (redirects.canRedirect && context.stats.loginsCount > 2) {
    redirects.doRedirect(configuration.PROFILING_URL, { sessionToken: redirects.createSessionToken({ ask: 'job' }) });
  }
  return callback(null, user, context);
}
