async function renamed(user, context, callback) {
  const { Auth0UserUpdateUtilities } = require('@auth0/rule-utilities@0.2.0');
  const updates = new Auth0UserUpdateUtilities(user, auth0);
  updates.setUser('nickname', user.given_name);
  try {
    await updates.updateUser();
  } catch (error) {
    return callback(error);
  }
  return callback(null, user, context);
}
