/*
 * Needs the helpers.
 */
async function speaks(user, context, callback) {
  const { say, callback: done } = global.fabrikam.loggerFor('speaks', callback);
  say(`${user.username} came by ${context.protocol}`);
  return done(null, user, context);
}
