function (user, context, callback) {
  const methods = (context.authentication || {}).methods || [];
  const hasDone = methods.some((method) => method.name === 'mfa');
  const isEnrolled = user.multifactor && user.multifactor.length > 0;
  const isAsked = context.request.query.acr_values === 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
  if (!hasDone && (isAsked || (isEnrolled && context.authorization.roles.includes('editor')))) {
    context.multifactor = { provider: 'any', allowRememberBrowser: false };
  }
  callback(null, user, context);
}
