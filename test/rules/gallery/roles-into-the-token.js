function (user, context, callback) {
  const assigned = (context.authorization || {}).roles || [];
  const namespace = 'https://fabrikam.example/roles';
  context.idToken[namespace] = assigned;
  context.accessToken[namespace] = assigned;
  context.accessToken.scope = assigned.map((role) => 'act:' + role);
  user.roles = assigned.join(';');
  context.samlConfiguration.mappings = Object.assign({}, context.samlConfiguration.mappings, {
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/role': 'roles'
  });
  callback(null, user, context);
}
