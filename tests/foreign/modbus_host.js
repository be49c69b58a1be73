// A host of npm's modbus-serial that reads and writes everything of a PLC, then tells what it got in a line of JSON.
"use strict";
const ModbusRTU = require("modbus-serial");

const { port, unit } = JSON.parse(process.argv[2]);

/** Return what a request that should be refused is refused with. */
async function code(request) {
  try {
    return (await request).data;
  } catch (error) {
    return error.modbusCode ?? error.message;
  }
}

async function main() {
  const host = new ModbusRTU();
  await host.connectTCP("127.0.0.1", { port });
  host.setID(unit);
  host.setTimeout(5000);
  console.log("ready");
  const told = {
    bits: (await host.readDiscreteInputs(0, 5)).data.slice(0, 5),
    count: (await host.readInputRegisters(0, 2)).buffer.readUInt32BE(0),
    weight: (await host.readInputRegisters(4, 2)).buffer.readFloatBE(0),
    speed: (await host.readHoldingRegisters(7, 1)).data,
  };
  await host.writeCoil(3, true);
  await host.writeRegisters(8, [1, 2]);
  await host.writeRegister(7, 40001);
  told.coils = (await host.readCoils(0, 5)).data.slice(0, 5);
  told.registers = (await host.readHoldingRegisters(7, 3)).data;
  await host.writeCoils(3, [false]);
  told.off = (await host.readCoils(3, 1)).data[0];
  told.beyond = await code(host.readInputRegisters(500, 1));
  host.setID(unit + 1);
  told.nobody = await code(host.readInputRegisters(0, 1));
  console.log(JSON.stringify(told));
  host.close(() => process.exit(0));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
