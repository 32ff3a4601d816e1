// This is where test host names become loopback ports. TLS still asks for the name and checks the
// certificate against it, so the other side cannot tell this from a real visitor.

import { Agent, buildConnector, setGlobalDispatcher } from "undici";

const connectTls = buildConnector({});
let portOf = new Map();
let agent = null;

function connectToTestHost(target, connected) {
  const port = portOf.get(target.hostname);
  if (target.protocol !== "https:" || target.port || port === undefined) {
    // Nothing here may leave this machine, so a name that was not given is an error.
    connected(new Error(`no test host is known for ${target.protocol}//${target.host}`), null);
    return;
  }
  connectTls({ ...target, hostname: "127.0.0.1", port, servername: target.hostname }, connected);
}

/** Let https://NAME/ reach 127.0.0.1:PORT for each {NAME: PORT}, and nothing else. */
export function setHosts(hosts) {
  for (const [name, port] of Object.entries(hosts)) {
    if (!Number.isInteger(port)) throw new Error(`the port of ${name} must be a number`);
  }
  portOf = new Map(Object.entries(hosts));
  // A new agent forgets the connections that are kept open to ports of the former map.
  const former = agent;
  agent = new Agent({ connect: connectToTestHost });
  setGlobalDispatcher(agent);
  former?.close();
}
