// A role claim for an application that reads one. Roles are what administrators keep in app_metadata.roles.
// configuration.ROLES_CLIENT_ID: the application
function rolesInTheToken(user, context, callback) {
  if (context.clientID !== configuration.ROLES_CLIENT_ID) return callback(null, user, context);
  const { roles = [] } = context.authorization || {};
  user.roles_for_token = roles;
  // Mappings that are there already stay.
  context.samlConfiguration.mappings = {
    ...context.samlConfiguration.mappings,
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/role': 'roles_for_token'
  };
  callback(null, user, context);
}
