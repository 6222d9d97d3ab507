// The package has one registry for `import` and another for `require`. The library asks the second, so a factory must
// be registered there; an ESM app gets at it only through a CommonJS file.
module.exports = require('@azure/functions-extensions-base');
