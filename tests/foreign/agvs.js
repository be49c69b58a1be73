// Robots of vda-5050-lib: one AgvController with its VirtualAgvAdapter for each robot of the JSON in the first argument.
"use strict";
const { AgvController, VirtualAgvAdapter } = require("vda-5050-lib");

/** The library's own robot carries one pallet; this one carries totes, named by the action, as a site's robots do. */
class ToteAdapter extends VirtualAgvAdapter {
  totes = [];

  get actionDefinitions() {
    const parameter = (action, key) => action.actionParameters.find((one) => one.key === key).value;
    const after = {
      pick: (action) => [...this.totes, { loadId: parameter(action, "loadId"), loadType: "tote" }],
      drop: (action) => this.totes.filter((tote) => tote.loadId !== parameter(action, "loadId")),
    };
    return super.actionDefinitions.map((own) => {
      if (!(own.actionType in after)) return own;
      const linkedState = ({ action }) => ({ loads: (this.totes = after[own.actionType](action)) });
      const { FINISHED, ...others } = own.transitions;
      const transitions = { ...others, FINISHED: { ...FINISHED, linkedState } };
      return { actionType: own.actionType, actionScopes: own.actionScopes, transitions };
    });
  }
}

async function main({ broker, robots, totes, lapse, keepalive }) {
  const transport = { brokerUrl: broker, heartbeat: keepalive, reconnectPeriod: 200, connectTimeout: 2000 };
  const clientOptions = { interfaceName: "uagv", vdaVersion: "2.0.0", transport };
  const controllerOptions = {
    agvAdapterType: totes ? ToteAdapter : VirtualAgvAdapter,
    publishStateInterval: 1000,
    publishVisualizationInterval: 0,
  };
  for (const { manufacturer, serial, node, x, y, map, battery } of robots) {
    const initialPosition = { mapId: map, x, y, theta: 0, lastNodeId: node };
    const charge = { initialBatteryCharge: battery, fullBatteryChargeTime: 0.05 };
    const adapterOptions = { initialPosition, ...charge, tickRate: 20, timeLapse: lapse };
    const agvId = { manufacturer, serialNumber: serial };
    await new AgvController(agvId, clientOptions, controllerOptions, adapterOptions).start();
  }
  console.log("ready");
}

main(JSON.parse(process.argv[2]));
