// Nobody with the role of an administrator gets in without a second factor.
// configuration.SECOND_FACTOR_ROLES: admin,finance
function secondFactorForAdministrators(user, context, callback) {
  const strict = (configuration.SECOND_FACTOR_ROLES || 'admin').split(',').map((role) => role.trim());
  const { roles = [] } = context.authorization || {};
  const { methods = [] } = context.authentication || {};
  const isStrict = roles.some((role) => strict.includes(role));
  const hasUsedOne = methods.some(({ name }) => name === 'mfa');
  if (isStrict && !hasUsedOne) context.multifactor = { provider: 'any', allowRememberBrowser: false };
  callback(null, user, context);
}
