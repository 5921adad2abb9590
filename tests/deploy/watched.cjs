// Loaded by NODE_OPTIONS into every Node.js process of a test's `s`: notes what is started, and lets nothing out of this
// machine. SECONDWIND_WATCHED is the file, one line each: `process PID COMMAND` or `network WHERE`.
"use strict";
const { ChildProcess } = require("child_process");
const fs = require("fs");
const net = require("net");

const note = (line) => fs.appendFileSync(process.env.SECONDWIND_WATCHED, `${line.replace(/\n/g, " ").slice(0, 500)}\n`);
const spawn = ChildProcess.prototype.spawn;

ChildProcess.prototype.spawn = function noted(options) {
  const failed = spawn.call(this, options);
  note(`process ${this.pid} ${(options.args || []).join(" ")}`);
  return failed;
};

net.Socket.prototype.connect = function refused(...given) {
  const [to] = Array.isArray(given[0]) ? given[0] : given;
  note(`network ${to && typeof to === "object" ? `${to.host || to.path}:${to.port}` : given.join(" ")}`);
  process.nextTick(() => this.destroy(new Error("a test reaches nobody")));
  return this;
};
