function (user, context, callback) {
  global.fabrikam = global.fabrikam || {
    made: 0,
    loggerFor: function (rule, next) {
      return { say: function (text) { console.log(rule + ': ' + text); }, callback: next };
    }
  };
  global.fabrikam.made += 1;
  callback(null, user, context);
}
