// A unit played by the server of npm's modbus-serial: 16 coils and 16 holding registers, and the inputs it is given.
"use strict";
const { ServerTCP } = require("modbus-serial");

const { unit, bits, words, size } = JSON.parse(process.argv[2]);
const coils = Array(size).fill(false);
const registers = Array(size).fill(0);

/** Return the functions that read and write cells; others than these are an illegal address (2). */
function cells(values) {
  const at = (address) => {
    if (address >= values.length) throw Object.assign(new Error("no such cell"), { modbusErrorCode: 2 });
    return address;
  };
  return { get: (address) => values[at(address)], set: (address, value) => void (values[at(address)] = value) };
}

const vector = {
  getCoil: cells(coils).get,
  setCoil: cells(coils).set,
  getDiscreteInput: cells(bits).get,
  getInputRegister: cells(words).get,
  getHoldingRegister: cells(registers).get,
  setRegister: cells(registers).set,
};
const server = new ServerTCP(vector, { host: "127.0.0.1", port: 0, unitID: unit });
server.on("initialized", () => {
  console.log("ready");
  console.log(server._server.address().port);
});
server.on("socketError", () => {}); // a peer that hangs up is no news
