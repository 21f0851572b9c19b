'use strict';
exports.load = function (ids) {
  return ids.map((id) => `row ${id}, of ${arguments.length} argument(s)`);
};
exports.count = (...args) => args.length;
