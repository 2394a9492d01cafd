function (user, context, callback) {
  user.groups = user.groups || [];
  const groups = Array.isArray(user.groups) ? user.groups : [user.groups];
  const permissions = user.permissions || [];
  if (groups.indexOf('Contractors') < 0 && permissions.indexOf('enter') < 0) return callback(new UnauthorizedError('Ask for the group Contractors.'));
  user.groups = groups.filter((group) => group !== 'Domain Users');
  user.department = user.department || 'none';
  user.directoryName = [user.dn, user.sAMAccountName, user.userPrincipalName, user.issuer].join(';');
  callback(null, user, context);
}
