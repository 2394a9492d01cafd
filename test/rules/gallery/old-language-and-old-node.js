function (user, context, callback) {
  var self = this, words = [];
  for (var name in { a: 1, b: 2 }) words.push(name);
  var encoded = new Buffer(user.email || '').toString('base64');
  var address = new URL('https://fabrikam.example/?' + 'x=1');
  user.old = [words.join(), encoded, address.search, typeof process.env, typeof process.version, arguments.length];
  process.nextTick(function () { callback(null, user, context); });
}
