// This is where the environment becomes settings. A wrong value stops the server at once.

const KNOCKS = ["rfc9421", "draft-cavage-http-signatures-12"];

function required(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set`);
  return value;
}

function readOrigin() {
  const origin = new URL(required("ORIGIN"));
  if (origin.protocol !== "https:" || origin.port !== "") {
    throw new Error(`ORIGIN must be https and without a port, not ${origin.href}`);
  }
  return origin.origin;
}

function readFirstKnock() {
  const knock = process.env.FIRSTKNOCK ?? KNOCKS[0];
  if (!KNOCKS.includes(knock)) throw new Error(`FIRSTKNOCK must be one of ${KNOCKS}, not ${knock}`);
  return knock;
}

function readSwitch(name) {
  const value = process.env[name] ?? "0";
  if (value !== "0" && value !== "1") throw new Error(`${name} must be 0 or 1, not ${value}`);
  return value === "1";
}

function readListen() {
  const listen = process.env.LISTEN ?? "127.0.0.1:0";
  const [hostname, port] = listen.split(":");
  if (!/^\d+$/.test(port)) throw new Error(`LISTEN must be address:port, not ${listen}`);
  return { hostname, port: Number(port) };
}

export const settings = {
  origin: readOrigin(),
  listen: readListen(),
  certificateFile: required("CERT"),
  keyFile: required("KEY"),
  hosts: JSON.parse(process.env.HOSTS ?? "{}"),
  firstKnock: readFirstKnock(),
  refuseCavage: readSwitch("REFUSE_CAVAGE"),
  authorizedFetch: readSwitch("AUTHORIZED_FETCH"),
};
