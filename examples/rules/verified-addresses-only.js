// Refuses people who have not confirmed their address. An address that is missing was not confirmed either.
function verifiedAddressesOnly(user, context, callback) {
  if (user.email && user.email_verified === true) return callback(null, user, context);
  callback(new UnauthorizedError('Confirm your e-mail address first, then sign in again.'));
}
