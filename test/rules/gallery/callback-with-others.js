function (user, context, callback) {
  var another = JSON.parse(JSON.stringify(user));
  another.replaced = true;
  callback(null, another, Object.assign({}, context, { replaced: true }));
}
