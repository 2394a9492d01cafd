async function (user, context, callback) {
  const { ManagementClient } = require('auth0@2.30.0');
  const management = new ManagementClient({ token: auth0.accessToken, domain: auth0.domain });
  try {
    await management.assignRolestoUser({ id: user.user_id }, { roles: [configuration.ROLE] });
  } catch (error) {
    console.error('role not assigned', error.statusCode);
  }
  context.idToken['https://fabrikam.example/role'] = context.authorization.roles[0];
  return callback(null, user, context);
}
