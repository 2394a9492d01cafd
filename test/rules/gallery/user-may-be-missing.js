function (user, context, callback) {
  var query = context.request && context.request.query;
  context.idToken['https://fabrikam.example/from'] = (query && query.source) || 'nowhere';
  callback(null, user, context);
}
