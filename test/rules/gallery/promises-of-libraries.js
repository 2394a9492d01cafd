function (user, context, callback) {
  const Bluebird = require('bluebird');
  const q = require('q');
  const async = require('async');
  const xml2js = require('xml2js');
  const xtend = require('xtend');
  const bcrypt = require('bcrypt');
  const { setTimeout: later } = require('timers');
  const parse = Bluebird.promisify(xml2js.parseString);
  const waiting = new Promise((resolve) => later(resolve, 2, 'later'));
  async.map(['a', 'b'], (one, next) => setImmediate(next, null, one + one), (error, doubled) => {
    Bluebird.all([parse('<who>me</who>'), q('q'), waiting, bcrypt.hash('x', 4)])
      .spread((parsed, fromQ, last, hash) => {
        user.libraries = xtend({ doubled, fromQ, last }, parsed, { holds: bcrypt.compareSync('x', hash) });
        callback(error, user, context);
      })
      .catch(callback);
  });
}
