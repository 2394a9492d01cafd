function (user, context, callback) {
  const q = require('q');
  q.delay(1)
    .then(function () { throw new UnauthorizedError('Not this way'); })
    .catch(callback);
}
