// src/version.ts
var VERSION = true ? "0.0.0" : "0.0.0-source";

export {
  VERSION
};
//# sourceMappingURL=chunk-F7NK5LYJ.js.map