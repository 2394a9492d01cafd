function greetingClaim(user, context, callback) {
  context.idToken['https://fabrikam.example/greeting'] = 'Hello ' + (user.given_name || user.nickname) + ' ' + user.family_name;
  context.accessToken['https://fabrikam.example/name'] = user.name;
  callback(null, user, context);
}
