function (user, context, callback) {
  var names = _.map([1, 2], function (one) { return 'n' + one; });
  var digest = crypto.createHash('sha256').update(querystring.stringify({ a: names })).digest('hex').slice(0, 8);
  var near = ip.parse('10.1.2.3').range();
  var document = new xmldom.DOMParser().parseFromString('<a><b>x</b></a>');
  var more = xtend({ a: 1 }, { b: xpath.select('string(//b)', document) });
  var client = typeof Auth0.ManagementClient;
  async.waterfall([
    function (next) { q.delay(1).then(function () { next(null, 'one'); }); },
    function (one, next) { xml2js.parseString('<r>' + one + '</r>', next); }
  ], function (error, parsed) {
    if (error) return callback(error);
    user.legacy = [names, digest, near, more, client, parsed.r, bcrypt.compareSync('fabrikam', bcrypt.hashSync('fabrikam', 4)), typeof request.post];
    callback(null, user, context);
  });
}
