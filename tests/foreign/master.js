// vda-5050-lib's MasterController over robots of another make. Each drives its road in two parts, picks and drops a
// load, and is cancelled on its way back, then again. A line of JSON for each robot says what the master was told.
"use strict";
const { MasterController } = require("vda-5050-lib");

const BACK_FROM = 4;
const HARD = "HARD";

/** Return nodes and edges from one place of a robot's road to another; the first `base` + 1 nodes are released. */
function route(robot, from, to, base, { sequenceId = 0, actions = {} } = {}) {
  const step = Math.sign(to - from);
  const nodes = [];
  const edges = [];
  for (let number = 0; number <= Math.abs(to - from); number++) {
    const place = from + step * number;
    const nodePosition = { x: robot.x + place * robot.pitch, y: robot.y, mapId: robot.map };
    const node = { nodeId: `N${place}`, sequenceId: sequenceId + 2 * number, released: number <= base, nodePosition };
    nodes.push({ ...node, actions: actions[place] ?? [] });
    if (number === 0) continue;
    const [start, end] = nodes.slice(-2);
    const edge = { edgeId: `${start.nodeId}-${end.nodeId}`, sequenceId: end.sequenceId - 1, released: end.released };
    edges.push({ ...edge, startNodeId: start.nodeId, endNodeId: end.nodeId, actions: [] });
  }
  return { nodes, edges };
}

function act(actionType, actionId) {
  const actionParameters = [
    { key: "loadId", value: "T-0001" },
    { key: "loadType", value: "tote" },
  ];
  return { actionType, actionId, blockingType: HARD, actionParameters };
}

/** Give an order and return what came of it; `on` may hear of each node that was traversed. */
function drive(master, agvId, told, order, on = () => {}) {
  return new Promise((resolve, reject) => {
    const onOrderProcessed = (error, byCancelation, active) => {
      if (error) reject(new Error(JSON.stringify(error)));
      told.orders.push(byCancelation ? "cancelled" : active ? "base driven" : "done");
      resolve();
    };
    const onNodeTraversed = ({ nodeId }) => {
      told.nodes.push(nodeId);
      on(nodeId);
    };
    const onActionStateChanged = ({ actionId, actionStatus }) => told.actions.push(`${actionId} ${actionStatus}`);
    const handler = { onOrderProcessed, onNodeTraversed, onActionStateChanged };
    master.assignOrder(agvId, order, handler).catch(reject);
  });
}

/** Run an instant action and return the status in which it ended, or the type of its error. */
function instant(master, agvId, action) {
  return new Promise((resolve, reject) => {
    const onActionStateChanged = ({ actionStatus }) => {
      if (actionStatus === "FINISHED" || actionStatus === "FAILED") resolve(actionStatus);
    };
    const onActionError = ({ errorType }) => resolve(errorType);
    const actions = { instantActions: [{ blockingType: HARD, ...action }] };
    master.initiateInstantActions(agvId, actions, { onActionStateChanged, onActionError }).catch(reject);
  });
}

async function errand(master, robot) {
  const { manufacturer, serial } = robot;
  const agvId = { manufacturer, serialNumber: serial };
  const told = { serial, orders: [], nodes: [], actions: [], instants: [] };
  const cancel = (actionId) => instant(master, agvId, { actionType: "cancelOrder", actionId });
  const actions = { 1: [act("pick", `pick-${serial}`)], 3: [act("drop", `drop-${serial}`)] };
  const out = route(robot, 0, BACK_FROM, 2, { actions });
  await drive(master, agvId, told, { orderId: `out-${serial}`, orderUpdateId: 0, ...out });
  const rest = route(robot, 2, BACK_FROM, 2, { sequenceId: 4, actions });
  await drive(master, agvId, told, { orderId: `out-${serial}`, orderUpdateId: 1, ...rest });
  const back = route(robot, BACK_FROM, 0, BACK_FROM);
  let stopped;
  await drive(master, agvId, told, { orderId: `back-${serial}`, orderUpdateId: 0, ...back }, (nodeId) => {
    if (nodeId === "N3") stopped = cancel(`stop-${serial}`);
  });
  told.instants.push(await stopped, await cancel(`again-${serial}`));
  told.instants.push(await instant(master, agvId, { actionType: "stateRequest", actionId: `state-${serial}` }));
  console.log(JSON.stringify(told));
}

async function main({ broker, robots }) {
  const master = new MasterController(
    { interfaceName: "uagv", vdaVersion: "2.0.0", transport: { brokerUrl: broker, heartbeat: 5 } },
    {},
  );
  await master.start();
  console.log("ready");
  const online = (robot) =>
    new Promise((resolve) => {
      master.trackAgvs(({ serialNumber }, state) => serialNumber === robot.serial && state === "ONLINE" && resolve());
    });
  await Promise.all(robots.map((robot) => online(robot).then(() => errand(master, robot))));
  await master.stop();
}

main(JSON.parse(process.argv[2]));
