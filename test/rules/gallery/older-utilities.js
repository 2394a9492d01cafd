async function (user, context, callback) {
  const { Auth0RedirectRuleUtilities } = require('@auth0/rule-utilities@0.1.0');
  const redirects = new Auth0RedirectRuleUtilities(user, context, configuration);
  user.may = [redirects.canRedirect, redirects.isRedirectCallback];
  return callback(null, user, context);
}
